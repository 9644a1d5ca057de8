"""The standard error policy over real sockets: behaviour of the vendor x kind of request x vendor with keys or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import mean

import pytest

from connectors.client import retry
from connectors.contracts.base import Request
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from tests.connectors.client.bench import KEY, NOW, Bench, Keyed, Unkeyed, read, write
from tests.faultserver import (
    Behaviour,
    FaultServer,
    answer,
    broken_gzip,
    close_quietly,
    cut_body,
    hang,
    html,
    ok,
    redirect,
    reset,
    slow_body,
    throttle,
)

LOCK = {"code": "lock", "message": "busy"}


@dataclass(frozen=True)
class Row:
    """How often the vendor sees a request, and as what the call ends, for a read, a keyed and an unkeyed write."""

    name: str
    behaviour: Behaviour
    read: tuple[int, type[ProviderError]]
    keyed: tuple[int, type[ProviderError]]
    unkeyed: tuple[int, type[ProviderError]]


THRICE_LATER, THRICE_UNKNOWN, ONCE_UNKNOWN = (3, RetryLater), (3, Unknown), (1, Unknown)
MAYBE = (THRICE_LATER, THRICE_UNKNOWN, ONCE_UNKNOWN)
REFUSED = ((1, Rejected),) * 3
WRONG = ((1, Misconfigured),) * 3

TABLE = [
    Row("500 before the effect", answer(500), *MAYBE),
    Row("500 after the effect", answer(500, effect=True), *MAYBE),
    Row("502", html(502), *MAYBE),
    Row("504", answer(504), *MAYBE),
    Row("reset before the effect", reset(effect=False), *MAYBE),
    Row("reset after the effect", reset(effect=True), *MAYBE),
    Row("hang before the effect", hang(effect=False), *MAYBE),
    Row("hang after the effect", hang(effect=True), *MAYBE),
    Row("closed without an answer", close_quietly, *MAYBE),
    Row("body cut off", cut_body, *MAYBE),
    Row("broken compression", broken_gzip, *MAYBE),
    Row("408", answer(408), *MAYBE),
    Row("503", answer(503), *MAYBE),
    Row("503 with Retry-After", throttle("0", status=503), *MAYBE),
    Row("429", throttle(), THRICE_LATER, THRICE_LATER, THRICE_LATER),
    Row("429 with Retry-After", throttle("1"), THRICE_LATER, THRICE_LATER, THRICE_LATER),
    Row("409 that is a lock", answer(409, LOCK), THRICE_LATER, THRICE_LATER, THRICE_LATER),
    Row("409", answer(409), *REFUSED),
    Row("400", answer(400), *REFUSED),
    Row("404", answer(404), *REFUSED),
    Row("410", answer(410), *REFUSED),
    Row("422", answer(422), *REFUSED),
    Row("401", answer(401), *WRONG),
    Row("403", answer(403), *WRONG),
    Row("redirect", redirect("/elsewhere"), *WRONG),
]
CASES = [
    pytest.param(row.behaviour, request, vendor, expected, id=f"{row.name}-{kind}")
    for row in TABLE
    for kind, request, vendor, expected in (
        ("read", read(), Keyed, row.read),
        ("keyed write", write(), Keyed, row.keyed),
        ("write without key", write(), Unkeyed, row.unkeyed),
        ("write without key at a vendor with keys", write(key=None), Keyed, row.unkeyed),
    )
]


@pytest.mark.parametrize(("behaviour", "request_", "vendor", "expected"), CASES)
def test_the_table(
    bench: Bench,
    behaviour: Behaviour,
    request_: Request,
    vendor: type[Keyed],
    expected: tuple[int, type[ProviderError]],
) -> None:
    tries, kind = expected
    with FaultServer(behaviour) as server:
        provider = bench.provider(server, vendor, timeout_ms=150)
        error = bench.failure(
            lambda: provider.door.send(request_, lambda answer: provider.classify(answer, request_.write))
        )
    assert type(error) is kind
    assert len(server.requests) == tries == len(bench.events)
    assert len(bench.slept) == tries - 1
    assert {request.key for request in server.requests} == {
        request_.key if vendor is Keyed and request_.key else ""
    }
