"""OAuth client credentials through the door: one login for many calls, renewed early, once after a refusal."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.auth import Basic, ClientCredentials, Token
from connectors.client import open_door
from connectors.errors import Misconfigured, ProviderError, RetryLater, Unknown
from tenants.secret_value import SecretValue
from tests.connectors.client.bench import (
    IMPATIENT_MS,
    KEY,
    NOW,
    SETTINGS,
    Bench,
    Oauth,
    SettingsValues,
    accept,
    config_of,
    read,
)
from tests.faultserver import Behaviour, Exchange, FaultServer, answer, hang, ok, throttle


def token(name: str = "one", life: object = 1000) -> Behaviour:
    return answer(200, {"access_token": name, "token_type": "Bearer", "expires_in": life})


def paths(server: FaultServer) -> list[str]:
    return [request.path for request in server.requests]


def used(server: FaultServer) -> list[str]:
    return [request.headers["authorization"] for request in server.requests if request.path != "/token"]


def test_one_login_serves_many_calls(bench: Bench) -> None:
    with FaultServer(token(), ok()) as server:
        for _ in range(3):
            bench.provider(server, Oauth).get("/things/1")
    assert paths(server) == ["/token", "/things/1", "/things/1", "/things/1"]
    assert used(server) == ["Bearer one"] * 3
    assert parse_qs(server.requests[0].body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["bench-client"],
        "client_secret": ["canary-client-secret"],
        "scope": ["bench-client/.default"],
    }


@pytest.mark.parametrize(("age", "logins"), [(799, 1), (800, 2)])
def test_a_token_is_renewed_at_80_percent_of_its_life(bench: Bench, age: int, logins: int) -> None:
    with FaultServer(_tokens()) as server:
        bench.provider(server, Oauth).get("/things/1")
        bench.now = NOW + timedelta(seconds=age)
        bench.provider(server, Oauth).get("/things/1")
    assert paths(server).count("/token") == logins
    assert used(server)[-1] == f"Bearer token-{logins}"


@pytest.mark.parametrize(
    "failure", [answer(503), answer(400, {"error": "invalid_client"}), hang(effect=False)]
)
def test_while_a_token_is_good_a_failed_renewal_hurts_nobody(bench: Bench, failure: Behaviour) -> None:
    with FaultServer(token(), ok(), failure, failure, failure, ok()) as server:
        bench.provider(server, Oauth).get("/things/1")
        bench.now = NOW + timedelta(seconds=900)
        config = {"timeout_ms": IMPATIENT_MS, "disable_standard_error_policy": True}
        server.script[1:3] = []
        bench.provider(server, Oauth, **config).get("/things/1")
    assert used(server) == ["Bearer one"] * 2


def test_a_401_renews_the_token_once(bench: Bench) -> None:
    with FaultServer(token("old"), answer(401), token("new"), ok()) as server:
        bench.provider(server, Oauth).post("/things", {})
    assert used(server) == ["Bearer old", "Bearer new"]
    assert bench.slept == []


def test_a_second_401_is_for_an_administrator(bench: Bench) -> None:
    with FaultServer(token("old"), answer(401), token("new"), answer(401)) as server:
        error = bench.failure(lambda: bench.provider(server, Oauth).post("/things", {}))
    assert type(error) is Misconfigured
    assert paths(server) == ["/token", "/things", "/token", "/things"]


def test_a_401_on_the_last_try_leaves_a_fresh_token_for_the_next_call(bench: Bench) -> None:
    with FaultServer(token("old"), answer(503), answer(503), answer(401), token("new"), ok()) as server:
        error = bench.failure(lambda: bench.provider(server, Oauth).get("/things/1"))
        assert type(error) is RetryLater
        bench.provider(server, Oauth).get("/things/1")
    assert used(server) == ["Bearer old"] * 3 + ["Bearer new"]


def test_a_401_after_a_doubt_stays_unknown(bench: Bench) -> None:
    with FaultServer(
        token("old"), answer(500, effect=True), answer(401), answer(400, {"error": "invalid_client"})
    ) as server:
        error = bench.failure(lambda: bench.provider(server, Oauth).post("/things", {}))
    assert type(error) is Unknown
    assert server.executed == [KEY]


def test_a_401_is_renewed_also_without_the_standard_error_policy(bench: Bench) -> None:
    with FaultServer(token("old"), answer(401), token("new"), ok()) as server:
        bench.provider(server, Oauth, disable_standard_error_policy=True).get("/things/1")
    assert used(server)[-1] == "Bearer new"


@pytest.mark.parametrize(
    ("refusal", "kind", "text"),
    [
        (answer(401, {"error": "invalid_client"}), Misconfigured, "invalid_client"),
        (answer(400, {"error": "invalid_scope"}), Misconfigured, "invalid_scope"),
        (answer(404, b"<html>"), Misconfigured, "HTTP 404"),
        (answer(400, {"error": ["odd"]}), Misconfigured, "HTTP 400"),
        (throttle("10"), RetryLater, "HTTP 429"),
        (answer(503), RetryLater, "HTTP 503"),
        (answer(200, {"token": "x"}), RetryLater, "holds no access token"),
        (answer(200, {"access_token": ""}), RetryLater, "holds no access token"),
        (answer(200, {"access_token": "x", "expires_in": "soon"}), RetryLater, "holds no access token"),
        (answer(200, {"access_token": "x", "expires_in": 10**30}), RetryLater, "holds no access token"),
        (answer(200, ["x"]), RetryLater, "holds no access token"),
        (answer(200, b"<html>"), RetryLater, "holds no access token"),
    ],
)
def test_a_login_that_fails_says_why_and_sends_nothing(
    bench: Bench, refusal: Behaviour, kind: type[ProviderError], text: str
) -> None:
    with FaultServer(refusal) as server:
        error = bench.failure(lambda: bench.provider(server, Oauth).post("/things", {}))
    assert type(error) is kind
    assert text in error.message
    assert set(paths(server)) == {"/token"}


def test_a_failed_login_leaves_the_way_free(bench: Bench) -> None:
    with FaultServer(answer(400), token(), ok()) as server:
        bench.failure(lambda: bench.provider(server, Oauth).get("/things/1"))
        bench.provider(server, Oauth).get("/things/1")
    assert bench.slept == []


@pytest.mark.parametrize("life", ["1000", 1000])
def test_a_lifetime_may_be_text(bench: Bench, life: object) -> None:
    with FaultServer(token(life=life), ok()) as server:
        bench.provider(server, Oauth).get("/things/1")
    stored = bench.tokens.get(1)
    assert stored is not None
    assert stored.expires_at == NOW + timedelta(seconds=1000)


def test_without_a_lifetime_a_token_is_used_until_it_is_refused(bench: Bench) -> None:
    with FaultServer(token(life=None), ok()) as server:
        bench.provider(server, Oauth).get("/things/1")
        bench.now = NOW + timedelta(days=400)
        bench.provider(server, Oauth).get("/things/1")
    assert paths(server).count("/token") == 1


def test_new_credentials_never_meet_an_old_token(bench: Bench) -> None:
    changed = SettingsValues({**SETTINGS, "client_secret": SecretValue("another-secret")})
    with FaultServer(token("old"), ok(), token("new"), ok()) as server:
        bench.provider(server, Oauth).get("/things/1")
        bench.provider(server, Oauth, values=changed).get("/things/1")
    assert used(server) == ["Bearer old", "Bearer new"]


def test_fifty_calls_at_once_log_in_once(bench: Bench) -> None:
    bench.sleep = time.sleep
    with FaultServer(_tokens()) as server:
        doors = [bench.provider(server, Oauth) for _ in range(50)]
        with ThreadPoolExecutor(50) as pool:
            list(pool.map(lambda provider: provider.get("/things/1"), doors))
    assert paths(server).count("/token") == 1
    assert len(used(server)) == 50


@pytest.mark.parametrize(("deadline_s", "pauses"), [(10.0, 50), (0.15, 0)])
def test_somebody_elses_renewal_is_waited_for_within_the_deadline(
    bench: Bench, deadline_s: float, pauses: int
) -> None:
    class Elsewhere(type(bench.tokens)):  # type: ignore[misc]
        """Another process holds the claim and saves while we wait."""

        def claim_refresh(self, connector_id: int, seen: Token | None) -> bool:
            return False

    bench.tokens = Elsewhere()
    bench.deadline_s = deadline_s
    with FaultServer(ok()) as server:
        error = bench.failure(lambda: bench.provider(server, Oauth).get("/things/1"))
    assert type(error) is RetryLater
    assert error.message == "The login is being renewed elsewhere"
    assert len(bench.slept) == pauses
    assert server.requests == []


@pytest.mark.parametrize("style", ["basic", "json"])
def test_the_other_styles_of_client_credentials(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, style: Any
) -> None:
    auth = ClientCredentials(
        "/token", id="client_id", secret="client_secret", style=style, headers={"Tenant": "client_id"}
    )
    monkeypatch.setattr(Oauth, "auth", auth)
    with FaultServer(token(), ok()) as server:
        bench.provider(server, Oauth).get("/things/1")
    login, call = server.requests
    assert login.headers["tenant"] == call.headers["tenant"] == "bench-client"
    if style == "basic":
        assert login.headers["authorization"] == "Basic YmVuY2gtY2xpZW50OmNhbmFyeS1jbGllbnQtc2VjcmV0"
        assert login.body == b"grant_type=client_credentials"
    else:
        assert login.json()["client_secret"] == "canary-client-secret"


def test_a_login_server_may_be_a_setting(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = ClientCredentials("{login_host}/{client_id}/token", id="client_id", secret="client_secret")
    monkeypatch.setattr(Oauth, "auth", auth)
    with FaultServer(token()) as login, FaultServer(ok()) as server:
        values = SettingsValues({**SETTINGS, "login_host": login.url, "client_id": "a/b c"})
        config = config_of(Oauth, host=server.url, values=values)
        open_door(config, bench.ports(login, server), bench.prepared(config), None).send(read(), accept)
    assert paths(login) == ["/a%2Fb%20c/token"]
    assert paths(server) == ["/things/1"]
    assert server.requests[0].headers["authorization"] == "Bearer one"


def test_authenticated_manually_means_no_login_and_no_header(bench: Bench) -> None:
    with FaultServer(ok()) as server:
        headers = (("Authorization", SecretValue("Custom mine")),)
        bench.provider(server, Oauth, authenticated_manually=True, headers=headers).get("/things/1")
        bench.provider(server, authenticated_manually=True).get("/things/1")
    assert [request.headers.get("authorization") for request in server.requests] == ["Custom mine", None]


def test_a_token_survives_its_store() -> None:
    full = Token(
        access=SecretValue("a"), obtained_at=NOW, expires_at=NOW, credential="c", refresh=SecretValue("r")
    )
    for each in (full, replace(full, expires_at=None, refresh=None)):
        assert Token.load(each.dump()) == each
        assert "a" not in repr(each.access)


def test_an_unset_credential_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = SettingsValues({"client_id": "", "client_secret": None, "token": None})
    with FaultServer(ok()) as server:
        for auth, name in ((Oauth.auth, "client_id"), (Basic("token"), "token")):
            monkeypatch.setattr(Oauth, "auth", auth)
            error = bench.failure(lambda: bench.provider(server, Oauth, values=empty).get("/things/1"))
            assert type(error) is Misconfigured
            assert error.message == f"The setting {name} is not set"
    assert server.requests == []


def _tokens() -> Behaviour:
    """A new token at every login; everything else succeeds."""
    logins: list[Exchange] = []

    def behave(exchange: Exchange) -> None:
        if exchange.request.path != "/token":
            return ok()(exchange)
        logins.append(exchange)
        return token(f"token-{len(logins)}")(exchange)

    return behave
