"""The standard error policy over real sockets: behaviour of the vendor x kind of request x vendor with keys or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import mean

import pytest

from connectors.client import retry
from connectors.contracts.base import Request
from connectors.errors import Misconfigured, ProviderError, Rejected, RetryLater, Unknown
from tests.connectors.client.bench import IMPATIENT_MS, KEY, NOW, Bench, Keyed, Unkeyed, read, write
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

    @property
    def patience_ms(self) -> int:
        return IMPATIENT_MS if self.name.startswith("hang") else 20_000


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
    pytest.param(row.behaviour, row.patience_ms, request, vendor, expected, id=f"{row.name}-{kind}")
    for row in TABLE
    for kind, request, vendor, expected in (
        ("read", read(), Keyed, row.read),
        ("keyed write", write(), Keyed, row.keyed),
        ("write without key", write(), Unkeyed, row.unkeyed),
        ("write without key at a vendor with keys", write(key=None), Keyed, row.unkeyed),
    )
]


@pytest.mark.parametrize(("behaviour", "patience_ms", "request_", "vendor", "expected"), CASES)
def test_the_table(
    bench: Bench,
    behaviour: Behaviour,
    patience_ms: int,
    request_: Request,
    vendor: type[Keyed],
    expected: tuple[int, type[ProviderError]],
) -> None:
    tries, kind = expected
    with FaultServer(behaviour) as server:
        provider = bench.provider(server, vendor, timeout_ms=patience_ms)
        error = bench.failure(
            lambda: provider.door.send(request_, lambda answer: provider.classify(answer, request_.write))
        )
    assert type(error) is kind
    assert len(server.requests) == tries == len(bench.events)
    assert len(bench.slept) == tries - 1
    assert {request.key for request in server.requests} == {
        request_.key if vendor is Keyed and request_.key else ""
    }


def test_the_policy_switched_off_means_one_try(bench: Bench) -> None:
    with FaultServer(answer(503)) as server:
        provider = bench.provider(server, disable_standard_error_policy=True)
        error = bench.failure(lambda: provider.get("/things/1"))
    assert type(error) is RetryLater
    assert len(server.requests) == 1


def test_a_second_try_that_works_ends_the_call(bench: Bench) -> None:
    with FaultServer(answer(500, effect=True), ok({"id": "2"})) as server:
        assert bench.provider(server).post("/things", {"amount": 1}) == {"id": "2"}
    assert server.executed == [KEY]
    assert [event.details["attempt"] for event in bench.events if event.details] == [1, 2]


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("1.5", 1.5),
        ("Sun, 03 May 2026 12:00:04 GMT", 4.0),
        ("Sunday, 03-May-26 12:00:04 GMT", 4.0),
        ("Sun May  3 12:00:04 2026", 4.0),
        ("Sun, 03 May 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_a_floor_in_all_its_forms(bench: Bench, told: str, waits: float | None) -> None:
    with FaultServer(throttle(told), ok()) as server:
        bench.provider(server).get("/things/1")
    (slept,) = bench.slept
    assert slept <= 0.5 if not waits else slept == waits


@pytest.mark.parametrize(
    ("told", "carried"),
    [
        ("6", 6.0),
        ("864000", 3600.0),
        ("9" * 400, 3600.0),
        ("inf", 3600.0),
        ("Wed, 13 May 2026 12:00:00 GMT", 3600.0),
    ],
)
def test_a_long_wait_is_handed_on_instead_of_slept(bench: Bench, told: str, carried: float) -> None:
    with FaultServer(throttle(told)) as server:
        error = bench.failure(lambda: bench.provider(server).post("/things", {}))
    assert type(error) is RetryLater
    assert error.retry_after == carried
    assert (len(server.requests), bench.slept) == (1, [])


@pytest.mark.parametrize("skew", [timedelta(minutes=-10), timedelta(minutes=10)])
def test_a_date_is_measured_by_the_vendors_own_clock(bench: Bench, skew: timedelta) -> None:
    bench.now = NOW + skew
    told = throttle("Sun, 03 May 2026 12:00:04 GMT", Date="Sun, 03 May 2026 12:00:00 GMT")
    with FaultServer(told, ok()) as server:
        bench.provider(server).get("/things/1")
    assert bench.slept == [4.0]


def test_the_deadline_is_not_slept_away(bench: Bench) -> None:
    bench.deadline_s = 2.0
    with FaultServer(throttle("4")) as server:
        error = bench.failure(lambda: bench.provider(server).get("/things/1"))
    assert (error.retry_after, bench.slept, len(server.requests)) == (4.0, [], 1)


@pytest.mark.parametrize("tries", [1, 2, 6, 9])
def test_waits_are_spread_evenly_under_their_cap(tries: int) -> None:
    cap = min(20.0, 0.5 * 2 ** (tries - 1))
    waits = [retry.backoff(tries) for _ in range(10_000)]
    assert max(waits) <= cap
    assert min(waits) >= 0
    assert mean(waits) == pytest.approx(cap / 2, rel=0.05)


class TestAnEarlierTryThatMayHaveBeenExecuted:
    """What comes after it does not make it undone."""

    @pytest.mark.parametrize(
        "then", [throttle("0"), answer(401), answer(409, {"code": "other"}), answer(503)]
    )
    def test_stays_unknown(self, bench: Bench, then: Behaviour) -> None:
        with FaultServer(hang(effect=True), then) as server:
            error = bench.failure(lambda: bench.provider(server, timeout_ms=IMPATIENT_MS).post("/things", {}))
        assert type(error) is Unknown
        assert server.executed == [KEY]

    def test_is_settled_by_a_refusal_of_the_same_key(self, bench: Bench) -> None:
        with FaultServer(hang(effect=False), answer(422, {"message": "no funds"})) as server:
            error = bench.failure(lambda: bench.provider(server, timeout_ms=IMPATIENT_MS).post("/things", {}))
        assert type(error) is Rejected
        assert error.message == "no funds"

    @pytest.mark.parametrize(
        ("script", "answered"),
        [
            ([answer(500, effect=True), hang(effect=False)], True),
            ([hang(effect=True), answer(500), throttle("0")], True),
            ([hang(effect=True), throttle("0")], False),
            ([reset(effect=True)], False),
        ],
    )
    def test_tells_whether_the_vendor_may_have_kept_an_error(
        self, bench: Bench, script: list[Behaviour], answered: bool
    ) -> None:
        with FaultServer(*script) as server:
            error = bench.failure(lambda: bench.provider(server, timeout_ms=IMPATIENT_MS).post("/things", {}))
        assert type(error) is Unknown
        assert error.answered is answered

    def test_does_not_matter_for_reads(self, bench: Bench) -> None:
        with FaultServer(hang(effect=False), answer(404)) as server:
            error = bench.failure(lambda: bench.provider(server, timeout_ms=IMPATIENT_MS).get("/things/1"))
        assert type(error) is Rejected


class TestAKeptConnection:
    """The vendor answers once and then gives the idle connection up just as the next request arrives."""

    def test_is_replaced_for_a_read_without_counting_as_a_try(self, bench: Bench) -> None:
        with FaultServer(ok(), close_quietly, answer(503), answer(503), ok()) as server:
            provider = bench.provider(server)
            provider.get("/things/1")
            assert provider.get("/things/2") == {"id": "1"}
        assert len(server.requests) == 5
        assert len(bench.slept) == 2

    def test_is_replaced_for_a_read_also_without_the_error_policy(self, bench: Bench) -> None:
        with FaultServer(ok(), close_quietly, ok()) as server:
            provider = bench.provider(server, disable_standard_error_policy=True)
            assert [provider.get(f"/things/{number}") for number in (1, 2)] == [{"id": "1"}] * 2

    def test_is_replaced_for_a_keyed_write(self, bench: Bench) -> None:
        with FaultServer(ok(), close_quietly, ok()) as server:
            provider = bench.provider(server)
            provider.get("/things/1")
            provider.post("/things", {})
        assert bench.slept == []
        assert [request.key for request in server.requests] == ["", KEY, KEY]

    def test_is_replaced_only_once(self, bench: Bench) -> None:
        with FaultServer(ok(), close_quietly) as server:
            provider = bench.provider(server)
            provider.get("/things/1")
            error = bench.failure(lambda: provider.get("/things/2"))
        assert type(error) is RetryLater
        assert len(server.requests) == 1 + 1 + 3

    def test_is_never_used_for_a_write_that_cannot_be_repeated(self, bench: Bench) -> None:
        with FaultServer(ok()) as server:
            provider = bench.provider(server, Unkeyed)
            provider.get("/things/1")
            provider.post("/things", {})
            provider.get("/things/1")
        assert [request.connection for request in server.requests] == [1, 2, 2]

    def test_is_used_again_otherwise(self, bench: Bench) -> None:
        with FaultServer(ok()) as server:
            provider = bench.provider(server)
            for _ in range(3):
                provider.post("/things", {})
        assert server.connections == 1


def test_a_slow_body_of_a_write_is_unknown_and_was_executed_once(bench: Bench) -> None:
    bench.deadline_s = 0.6
    with FaultServer(slow_body(0.05)) as server:
        error = bench.failure(lambda: bench.provider(server).post("/things", {}))
    assert type(error) is Unknown
    assert server.executed == [KEY]
