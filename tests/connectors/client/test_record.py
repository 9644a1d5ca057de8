"""One event for each attempt, handed over after the answer and before anybody reads it, without any secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from connectors import registry
from connectors.contracts.base import Answer, Request
from connectors.errors import ProviderError, Rejected
from eventlog.events import Category, EventData, Outcome
from tenants.secret_value import SecretValue
from tests.connectors.client.bench import (
    IMPATIENT_MS,
    KEY,
    NOW,
    SETTINGS,
    TOKEN,
    Bench,
    Keyed,
    Oauth,
    accept,
    read,
    write,
)
from tests.faultserver import Behaviour, Exchange, FaultServer, answer, hang, ok, reset, throttle

HEADER_SECRET = "canary-header-+/=&ø-77"


def test_it_says_what_was_called_for_what_and_how_it_went(bench: Bench) -> None:
    with FaultServer(answer(402, {"message": "declined"}, headers={"Request-Id": "r-1"})) as server:
        bench.failure(lambda: bench.provider(server).post("/payments?expand=card", {"amount": 100}))
    (event,) = bench.events
    assert (event.category, event.outcome) == (Category.CONNECTOR, Outcome.ERROR)
    assert (event.tenant_id, event.connector_id, event.connector_name) == (1, 1, "Bench")
    assert (event.provider, event.operation) == ("bench-keyed", "capture")
    assert (event.order_id, event.order_number, event.market) == (7, "1007", "NOR")
    assert (event.step, event.at) == ("CapturePayments", NOW)
    assert (event.method, event.url) == ("POST", f"{server.url}/payments?expand=card")
    assert event.status_code == 402
    assert event.duration_ms is not None
    assert event.request is not None
    assert event.response is not None
    assert event.request["body"] == {"amount": 100}
    assert event.request["headers"]["Idempotency-Key"] == KEY
    assert event.response["body"] == {"message": "declined"}
    assert event.response["headers"]["Request-Id"] == "r-1"
    assert event.message == "POST 127.0.0.1/payments → HTTP 402"


@pytest.mark.parametrize(
    ("behaviour", "outcome", "status"),
    [
        (ok(), Outcome.SUCCESS, 200),
        (answer(422), Outcome.ERROR, 422),
        (answer(401), Outcome.ERROR, 401),
        (throttle("10"), Outcome.RETRY, 429),
        (reset(effect=False), Outcome.UNKNOWN, None),
        (hang(effect=False), Outcome.UNKNOWN, None),
    ],
)
def test_its_outcome_is_that_of_the_wire(
    bench: Bench, behaviour: Behaviour, outcome: Outcome, status: int | None
) -> None:
    with FaultServer(behaviour) as server:
        provider = bench.provider(server, timeout_ms=IMPATIENT_MS, disable_standard_error_policy=True)
        try:
            provider.post("/things", {})
        except ProviderError as error:
            assert error.message
    (event,) = bench.events
    assert (event.outcome, event.status_code) == (outcome, status)
    assert (event.response is None) == (status is None)


def test_of_a_vendor_that_says_too_much_the_beginning_is_told(bench: Bench) -> None:
    with FaultServer(answer(422, {"code": "1 " * 50_000, "message": "1 " * 50_000})) as server:
        error = bench.failure(lambda: bench.provider(server).post("/payments", {}))
    for text in (error.message, error.code, str(error)):
        assert text == "1 " * 1000 + "… [cut]"


@pytest.mark.parametrize("told", [f"no such key {TOKEN}", "the card 4111 1111 1111 1111 is stolen"])
def test_what_a_vendor_repeats_is_told_to_nobody(bench: Bench, told: str) -> None:
    with FaultServer(answer(422, {"code": told, "message": told})) as server:
        error = bench.failure(lambda: bench.provider(server).post("/things", {}))
    for text in (error.message, error.code, str(error)):
        assert text
        assert TOKEN not in text
        assert "1111 1111 1111" not in text


def test_a_refused_connection_is_an_event_too(bench: Bench) -> None:
    bench.resolver = lambda name, port: ["10.0.0.1"]
    with FaultServer() as server:
        door = bench.door(server, host="https://inside.example")
        bench.failure(lambda: door.send(read("/x"), accept))
    (event,) = bench.events
    assert event.outcome is Outcome.ERROR
    assert (
        event.message
        == "GET inside.example/x → inside.example is not a public address; connectors may not call it"
    )


def test_it_is_there_before_the_answer_is_read(bench: Bench) -> None:
    def judge(answer: Answer) -> ProviderError | None:
        assert len(bench.events) == 1
        raise KeyError("a provider's reader that breaks")

    with FaultServer() as server, pytest.raises(KeyError):
        bench.door(server).send(read(), judge)
    assert bench.events[0].response is not None


class Shopfront(Keyed):
    """A vendor whose answers hold markup for the shop's page."""

    slug, label = "bench-shopfront", "Bench Shopfront"
    unlogged = frozenset({"snippet"})


@pytest.fixture
def shopfront() -> Iterator[type[Shopfront]]:
    with registry.registered(Shopfront):
        yield Shopfront


def test_markup_for_the_shop_s_page_is_handed_on_and_not_logged(
    bench: Bench, shopfront: type[Shopfront]
) -> None:
    page = f"<div class='canary-markup'>{'x' * 70_000}"
    with FaultServer(answer(200, {"id": 1, "parts": [{"snippet": page}]})) as server:
        given = bench.provider(server, shopfront).get("/page")
    assert given["parts"][0]["snippet"] == page
    (event,) = bench.events
    assert event.response is not None
    left = f"[{len(page)} characters, not logged]"
    assert event.response["body"] == {"id": 1, "parts": [{"snippet": left}]}


def test_an_answer_that_is_cut_off_may_hold_markup_anywhere(bench: Bench, shopfront: type[Shopfront]) -> None:
    torn = b'{"id": 1, "snippet": "<div class=canary-markup>'
    with FaultServer(answer(200, torn), answer(500, b"<h1>broken</h1>")) as server:
        provider = bench.provider(server, shopfront, disable_standard_error_policy=True)
        for _ in range(2):
            bench.failure(lambda: provider.get("/page"))
    assert [event.response and event.response["body"] for event in bench.events] == [
        f"[{len(torn)} bytes, not logged]",
        "<h1>broken</h1>",
    ]


@pytest.mark.parametrize(
    "body", [b'{"snippe\\u0074": "<canary-markup>"}', '{"snippet": "<canary-markup>"}'.encode("utf-16")]
)
def test_a_name_in_another_writing_hides_no_markup(
    bench: Bench, shopfront: type[Shopfront], body: bytes
) -> None:
    with FaultServer(answer(200, body)) as server:
        assert bench.provider(server, shopfront).get("/page") == {"snippet": "<canary-markup>"}
    assert bench.events[0].response is not None
    assert bench.events[0].response["body"] == {"snippet": "[15 characters, not logged]"}


class TestNoSecretIsInAnyEvent:
    """Whatever the vendor makes of what we send it: it may echo headers, body and address in any encoding."""

    @pytest.fixture
    def canaries(self) -> list[str]:
        return [TOKEN, HEADER_SECRET, "canary-client-secret", "canary-access-token-5d"]

    @pytest.mark.parametrize("status", [200, 400, 500])
    def test_in_calls(self, bench: Bench, canaries: list[str], status: int) -> None:
        headers = (("X-Gateway", SecretValue(HEADER_SECRET.replace("ø", "o"))), ("X-Site", "no"))
        with FaultServer(_echo(status)) as server:
            provider = bench.provider(server, headers=headers, secrets=_all_secrets())
            body = {
                "plain": TOKEN,
                "nested": [{"basic": f"user:{TOKEN}"}],
                "quoted": f'say "{HEADER_SECRET}"',
            }
            try:
                provider.call("POST", f"/echo/{TOKEN}", body, query={"apikey": HEADER_SECRET})
            except ProviderError as error:
                assert "echo" in error.message
        assert bench.events
        for event in bench.events:
            _assert_clean(event, canaries)

    def test_in_logins(self, bench: Bench, canaries: list[str]) -> None:
        token = answer(200, {"access_token": "canary-access-token-5d", "expires_in": 3600})
        with FaultServer(token, _echo(200)) as server:
            bench.provider(server, Oauth).post("/things", {"note": "canary-access-token-5d"})
        assert [event.operation for event in bench.events] == ["login", "capture"]
        for event in bench.events:
            _assert_clean(event, canaries)

    def test_in_what_the_transport_says(self, bench: Bench, canaries: list[str]) -> None:
        with FaultServer() as server:
            door = bench.door(server, headers=(("X-Bad", SecretValue(f"{TOKEN}\r\nHost: other")),))
            error = bench.failure(lambda: door.send(write(), accept))
        assert error.message == "The header X-Bad holds a line break or a letter that headers cannot carry"
        assert server.connections == 0


def test_binary_bodies_are_only_described(bench: Bench) -> None:
    pdf = answer(200, b"%PDF-1.7 " + bytes(1000), headers={"Content-Type": "application/pdf"})
    with FaultServer(pdf) as server:
        answered = bench.door(server).send(Request(method="GET", path="/label"), accept)
    assert answered.body.startswith(b"%PDF")
    (event,) = bench.events
    assert event.response is not None
    assert event.response["body"] == "[1009 bytes of application/pdf]"


def test_a_rejection_carries_the_vendors_words(bench: Bench) -> None:
    with FaultServer(answer(422, {"code": "no_funds", "message": "Not enough"})) as server:
        error = bench.failure(lambda: bench.provider(server).post("/things", {}))
    assert type(error) is Rejected
    assert (error.code, error.message, error.status) == ("no_funds", "Not enough", 422)


def _all_secrets() -> tuple[SecretValue, ...]:
    return (
        *(value for value in SETTINGS.values() if isinstance(value, SecretValue)),
        SecretValue(HEADER_SECRET),
        SecretValue(HEADER_SECRET.replace("ø", "o")),
    )


def _echo(status: int) -> Behaviour:
    def behave(exchange: Exchange) -> None:
        request = exchange.request
        echoed = {
            "message": f"echo of {request.path}",
            "headers": request.headers,
            "text": request.body.decode(),
            "base64": base64.b64encode(request.body).decode(),
            "url": quote(request.body),
        }
        headers = {"Content-Type": "application/json", "X-Echo": request.headers.get("authorization", "")}
        exchange.reply(status, json.dumps(echoed).encode(), headers)

    return behave


def _assert_clean(event: EventData, canaries: list[str]) -> None:
    everything = "\n".join(_texts([event.message, event.url, event.request, event.response, event.details]))
    for canary in canaries:
        for form in (
            canary,
            quote(canary),
            quote(canary, safe=""),
            base64.b64encode(canary.encode()).decode(),
        ):
            assert form not in everything


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield str(name)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield str(value)
