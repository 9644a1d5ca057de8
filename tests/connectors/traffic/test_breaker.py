"""The circuit breaker: trip, half-open, close, stay, reopen; and what counts."""

from __future__ import annotations

from contextlib import suppress

import pytest

from connectors.contracts.base import Provider
from connectors.errors import Held, ProviderError, RetryLater
from connectors.traffic import Gate
from tests.connectors.client.bench import Bench, installed, read
from tests.connectors.traffic.clock import Clock, call, gate_at, sent
from tests.faultserver import Behaviour, FaultServer, answer, ok, reset, throttle


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tripped(clock: Clock) -> Gate:
    gate = gate_at(clock)
    for _ in range(10):
        call(gate, failed=True)
    return gate


def is_open(gate: Gate) -> bool:
    return gate.breaker.open_until is not None


def test_ten_failures_that_are_half_of_a_minutes_calls_open_it(clock: Clock) -> None:
    assert not is_open(gate_at(clock))
    assert is_open(tripped(clock))


@pytest.mark.parametrize(("good", "bad", "opens"), [(0, 9, False), (10, 10, True), (11, 10, False)])
def test_fewer_do_not(clock: Clock, good: int, bad: int, opens: bool) -> None:
    gate = gate_at(clock)
    for failed in [False] * good + [True] * bad:
        call(gate, failed)
    assert is_open(gate) is opens


def test_failures_of_the_minute_before_do_not_count(clock: Clock) -> None:
    gate = gate_at(clock)
    for _ in range(9):
        call(gate, failed=True)
    clock.now += 61
    call(gate, failed=True)
    assert not is_open(gate)


def test_while_open_nothing_is_sent_and_calls_come_back_after_the_probe(clock: Clock) -> None:
    gate = tripped(clock)
    waits = [call(gate) for _ in range(50)]
    assert all(30 <= wait <= 45 for wait in waits)


def test_one_probe_at_a_time_and_three_successes_close_it(clock: Clock) -> None:
    gate = tripped(clock)
    clock.now += 30
    for _ in range(3):
        passes = [leave for leave in (sent(gate) for _ in range(100)) if leave]
        assert len(passes) == 1
        gate.leave(passes[0], failed=False)
    assert not is_open(gate)
    assert all(sent(gate) for _ in range(100))


def test_a_failed_probe_doubles_the_time_up_to_five_minutes(clock: Clock) -> None:
    gate, spans = tripped(clock), []
    for _ in range(6):
        opened, until = clock.now, gate.breaker.open_until
        assert until is not None
        spans.append(until - opened)
        clock.now = until
        call(gate, failed=True)
    assert spans == [30, 60, 120, 240, 300, 300]


def test_a_probe_that_did_not_reach_the_vendor_leaves_the_way_free_for_the_next(clock: Clock) -> None:
    gate = tripped(clock)
    clock.now += 30
    call(gate, failed=None)
    assert is_open(gate)
    assert sent(gate)


def test_what_was_sent_before_it_opened_does_not_change_it(clock: Clock) -> None:
    gate = gate_at(clock)
    early = [gate.ask(0) for _ in range(5)]
    for _ in range(10):
        call(gate, failed=True)
    for leave in early:
        gate.leave(leave, failed=False)
    assert is_open(gate)


@pytest.mark.parametrize(
    ("behaviour", "opens"),
    [
        (answer(500), True),
        (answer(503), True),
        (reset(effect=False), True),
        (throttle(), False),
        (answer(404), False),
        (answer(401), False),
        (ok(), False),
    ],
)
def test_only_a_vendor_that_fails_counts(behaviour: Behaviour, opens: bool) -> None:
    bench = Bench()
    with installed(), FaultServer(behaviour) as server:
        provider = bench.provider(server, disable_standard_error_policy=True)
        gate = provider.door.gate  # type: ignore[attr-defined]
        for _ in range(10):
            _send(provider)
        assert is_open(gate) is opens
        before = len(server.requests)
        if opens:
            assert type(bench.failure(lambda: provider.get("/things/1"))) is Held
            assert len(server.requests) == before


def test_a_vendor_that_is_away_counts() -> None:
    bench = Bench()
    with installed():
        with FaultServer(ok()) as server:
            provider = bench.provider(server)
        for _ in range(4):
            assert isinstance(bench.failure(lambda: provider.get("/things/1")), RetryLater)
        assert is_open(provider.door.gate)  # type: ignore[attr-defined]


def _send(provider: Provider) -> None:
    with suppress(ProviderError):
        provider.door.send(read(), lambda answer: provider.classify(answer, False))
