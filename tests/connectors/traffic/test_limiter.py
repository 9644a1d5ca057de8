"""The limiter: the quota is used and not overdrawn, the important calls go first, a pause is everybody's."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors import registry
from connectors.contracts.base import Limits
from connectors.errors import Held
from connectors.traffic import Rank
from tests.connectors.client.bench import Bench, Keyed, installed
from tests.connectors.traffic.clock import Clock, call, gate_at, sent
from tests.faultserver import FaultServer, answer, ok, throttle


def flood(per_second: float, ranks: list[Rank], seconds: float) -> tuple[list[float], Counter[Rank]]:
    """Callers of these ranks that all want to call all the time; when calls were sent, and how many of each rank."""
    clock = Clock()
    gate = gate_at(clock, Limits(per_second=per_second))
    waiting: list[tuple[Rank, object]] = []
    times, counts = [], Counter[Rank]()
    for _ in range(int(seconds * 20)):
        for rank in ranks:
            leave = sent(gate, rank)
            if leave:
                waiting.append((rank, leave))
        for item in list(waiting):
            if gate.wait_of(item[1]) == 0:  # type: ignore[arg-type]
                waiting.remove(item)
                gate.leave(item[1], False)  # type: ignore[arg-type]
                times.append(clock.now)
                counts[item[0]] += 1
        clock.now += 0.05
    return times, counts


def test_a_quota_is_used_up_and_not_overdrawn() -> None:
    times, _ = flood(2, [Rank.EXPORT], 120)
    assert 0.9 * 240 <= len(times) <= 240 + 2
    assert all(later - first >= 0.95 for first, later in zip(times[5:], times[7:], strict=False))


def test_higher_ranks_go_first_and_nobody_starves() -> None:
    times, counts = flood(4, list(Rank), 120)
    assert 0.9 * 480 <= len(times) <= 480 + 4
    assert counts[Rank.MONEY] > 0.85 * len(times)
    assert all(counts[rank] for rank in Rank)


def test_what_cannot_wait_comes_back_at_the_quotas_pace() -> None:
    clock = Clock()
    gate = gate_at(clock, Limits(per_second=2))
    waits = [wait for wait in (call(gate) for _ in range(60)) if wait]
    assert len(waits) > 40
    assert 20 <= max(waits) <= 35
    assert call(gate, rank=Rank.MONEY) == 0.0


def test_concurrent_calls_are_bounded() -> None:
    gate = gate_at(Clock(), Limits(concurrent=2))
    passes = [gate.ask(Rank.EXPORT) for _ in range(3)]
    assert [gate.wait_of(leave) > 0 for leave in passes] == [False, False, True]
    gate.leave(passes[0], False)
    assert gate.wait_of(passes[2]) == 0


def test_a_429_pauses_the_account_for_everybody() -> None:
    bench = Bench()
    with installed(), FaultServer(throttle("20"), ok()) as server:
        ports = bench.ports(server)
        bench.ports = lambda *servers: ports  # type: ignore[method-assign]
        assert bench.failure(lambda: bench.provider(server).get("/things/1")).retry_after == 20
        held = bench.failure(lambda: bench.provider(server).get("/things/2"))
    assert type(held) is Held
    assert "Waiting for quota of Bench Keyed until" in held.message
    assert held.retry_after is not None
    assert 15 < held.retry_after <= 21
    assert len(server.requests) == 1


@pytest.mark.parametrize(("left", "paused"), [("0", True), ("1", False), ("", False), ("many", False)])
def test_a_header_that_says_the_quota_is_used_up_is_believed(left: str, paused: bool) -> None:
    class Counted(Keyed):
        slug, limits = "bench-keyed", Limits(remaining="X-Left", reset="X-Reset")

    bench = Bench()
    with (
        registry.registered(Counted),
        FaultServer(answer(200, headers={"X-Left": left, "X-Reset": "30"})) as server,
    ):
        provider = bench.provider(server, Counted)
        provider.get("/things/1")
        gate = provider.door.gate  # type: ignore[attr-defined]
    assert (sent(gate) is None) is paused
