"""The retry budget: a vendor that is down for everybody is not asked three times by everybody."""

from __future__ import annotations

from connectors.client import Ports
from connectors.errors import RetryLater
from tests.connectors.client.bench import Bench, installed
from tests.connectors.traffic.clock import Clock, call, gate_at
from tests.faultserver import FaultServer, throttle


def test_retries_add_a_tenth_and_ten_in_any_case() -> None:
    clock = Clock()
    gate = gate_at(clock)
    retries = 0
    for _ in range(400):
        call(gate)
        if gate.may_retry():
            gate.leave(gate.ask(0, retry=True), False)
            retries += 1
    assert retries == 40
    clock.now += 61
    call(gate)
    assert gate.may_retry()


def test_beyond_the_budget_the_first_failure_is_final_for_now() -> None:
    """A vendor that is only busy does not open the breaker, so this is the budget's doing alone."""
    bench = Bench()
    with installed(), FaultServer(throttle("0")) as server:
        ports: list[Ports] = [bench.ports(server)]
        bench.ports = lambda *servers: ports[0]  # type: ignore[method-assign]
        for _ in range(100):
            provider = bench.provider(server)
            assert type(bench.failure(lambda p=provider: p.get("/things/1"))) is RetryLater
    assert len(server.requests) == 100 + 10
