"""Logins that a person has given: refresh tokens of one use, renewed once, stored before use, never tried twice in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors import registry
from connectors.access_token import Token, credential_of
from connectors.authorization import AuthorizationCode, challenge
from connectors.errors import Misconfigured, RetryLater
from connectors.schema import SettingsValues
from tenants.secret_value import SecretValue
from tests.connectors.client.bench import NOW, SETTINGS, Bench, Oauth, config_of
from tests.faultserver import Exchange, FaultServer, answer, hang, ok

_GONE = answer(400, {"error": "invalid_grant", "error_description": "Invalid refresh token"})


class Granted(Oauth):
    slug, label = "bench-granted", "Bench Granted"
    auth = AuthorizationCode(
        authorize="https://login.example/auth",
        token="/token",
        id="client_id",
        secret="client_secret",
        style="basic",
        renewable_days=45,
    )


@pytest.fixture(autouse=True)
def granted() -> Any:
    with registry.registered(Granted):
        yield


def renewed(name: str, **more: Any) -> Any:
    body = {"access_token": name, "expires_in": 1000, "refresh_token": f"refresh-of-{name}", **more}
    return answer(200, body)


def connect(bench: Bench, server: FaultServer, **changes: Any) -> Token:
    """As if a person had connected a moment ago."""
    config = config_of(Granted, host=server.url)
    asked = Granted.auth.token_request(config)
    assert asked is not None
    token = Token(
        access=SecretValue("canary-access-one"),
        obtained_at=NOW,
        expires_at=NOW + timedelta(seconds=1000),
        credential=credential_of(asked, f"{server.url}/token"),
        refresh=SecretValue("canary-refresh-one"),
        renewable_until=NOW + timedelta(days=45),
    )
    bench.tokens.save(1, replace(token, **changes))
    return bench.tokens.get(1)  # type: ignore[return-value]


def logins(server: FaultServer) -> list[dict[str, list[str]]]:
    return [parse_qs(request.body.decode()) for request in server.requests if request.path == "/token"]


def test_nobody_has_connected_so_nothing_is_sent(bench: Bench) -> None:
    with FaultServer(ok()) as server:
        error = bench.failure(lambda: bench.provider(server, Granted).post("/things", {}))
    assert type(error) is Misconfigured
    assert "not connected" in error.message
    assert "press Connect" in error.message
    assert server.requests == []


def test_a_login_that_is_over_is_renewed_and_stored_before_it_is_used(bench: Bench) -> None:
    stored: list[str] = []
    with FaultServer(renewed("two"), ok(), renewed("three"), ok()) as server:
        connect(bench, server)
        for _ in range(2):
            bench.now += timedelta(seconds=1001)
            bench.provider(server, Granted).get("/things/1")
            token = bench.tokens.get(1)
            assert token is not None
            stored.append(token.access.reveal())
    assert [form["refresh_token"] for form in logins(server)] == [["canary-refresh-one"], ["refresh-of-two"]]
    assert stored == ["two", "three"]
    assert token.renewable_until == bench.now + timedelta(days=45)
    assert "canary-" not in str(bench.events)
    assert "refresh-of" not in str(bench.events)


def test_a_refusal_is_told_and_never_asked_for_again(bench: Bench) -> None:
    with FaultServer(_GONE, ok()) as server:
        connect(bench, server)
        bench.now += timedelta(seconds=1001)
        for _ in range(3):
            error = bench.failure(lambda: bench.provider(server, Granted).post("/things", {}))
            assert type(error) is Misconfigured
            assert "connected again" in error.message
    assert len(server.requests) == 1


def test_a_refusal_counts_for_nothing_once_a_person_has_connected(bench: Bench) -> None:
    def connected_meanwhile(exchange: Exchange) -> None:
        fresh = {"access": SecretValue("canary-access-two"), "refresh": SecretValue("canary-refresh-two")}
        bench.tokens.save(1, replace(token, obtained_at=bench.now, expires_at=None, **fresh), token)
        _GONE(exchange)

    with FaultServer(connected_meanwhile, ok()) as server:
        token = connect(bench, server)
        bench.now += timedelta(seconds=1001)
        bench.provider(server, Granted).post("/things", {})
    assert [request.path for request in server.requests] == ["/token", "/things"]
    assert server.requests[1].headers["authorization"] == "Bearer canary-access-two"


def test_while_the_access_token_is_good_a_refusal_hurts_nobody(bench: Bench) -> None:
    with FaultServer(_GONE, ok(), ok(), ok()) as server:
        connect(bench, server)
        bench.now += timedelta(seconds=900)
        for _ in range(3):
            bench.provider(server, Granted).get("/things/1")
        bench.now += timedelta(seconds=101)
        error = bench.failure(lambda: bench.provider(server, Granted).get("/things/1"))
    assert len(logins(server)) == 1
    assert "connected again" in error.message


def test_an_answer_that_was_lost_ends_in_connect_again(bench: Bench) -> None:
    """The vendor has used the refresh token up; asking once more with it finds that out."""
    with FaultServer(hang(effect=True), _GONE, ok()) as server:
        connect(bench, server)
        bench.now += timedelta(seconds=1001)
        options = {"timeout_ms": 400, "disable_standard_error_policy": True}
        first = bench.failure(lambda: bench.provider(server, Granted, **options).post("/things", {}))
        second = bench.failure(lambda: bench.provider(server, Granted).post("/things", {}))
        third = bench.failure(lambda: bench.provider(server, Granted).post("/things", {}))
    assert type(first) is RetryLater
    assert type(second) is type(third) is Misconfigured
    assert "connected again" in third.message
    assert [request.path for request in server.requests] == ["/token", "/token"]


def test_a_401_after_another_was_refused_does_not_go_out_again(bench: Bench) -> None:
    with FaultServer(answer(401), _GONE) as server:
        connect(bench, server)
        error = bench.failure(lambda: bench.provider(server, Granted).post("/things", {}))
    assert "connected again" in error.message
    assert [request.path for request in server.requests] == ["/things", "/token"]


def test_a_vendor_that_keeps_the_refresh_token_sends_none(bench: Bench) -> None:
    with FaultServer(renewed("two", refresh_token=None), ok()) as server:
        connect(bench, server)
        bench.now += timedelta(seconds=1001)
        bench.provider(server, Granted).get("/things/1")
    assert bench.tokens.get(1).refresh == SecretValue("canary-refresh-one")  # type: ignore[union-attr]


def test_another_app_has_to_be_connected_anew_another_secret_has_not(bench: Bench) -> None:
    with FaultServer(ok(), ok()) as server:
        connect(bench, server)
        secret = SettingsValues({**SETTINGS, "client_secret": SecretValue("a-new-secret-of-the-app")})
        bench.provider(server, Granted, values=secret).get("/things/1")
        app = SettingsValues({**SETTINGS, "client_id": "another-app"})
        error = bench.failure(lambda: bench.provider(server, Granted, values=app).get("/things/1"))
    assert "not connected" in error.message
    assert len(server.requests) == 1


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = SecretValue("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
