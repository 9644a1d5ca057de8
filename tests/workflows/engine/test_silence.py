"""A vendor that says nothing holds a share of the slots; who answers is never held back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.calls import Ending, Outcome
from connectors.errors import ProviderError, Rejected, RetryLater
from connectors.models import Connector
from tenants.scoping import platform_scope
from tests.shop import Shop
from workflows.engine.callers import Callers
from workflows.engine.pump import Pump
from workflows.engine.silence import Silence
from workflows.models import RunState, StepState

SLOTS = 16
SILENT, OTHER = 1, 2


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def silence(clock: Clock) -> Silence:
    return Silence(SLOTS, clock)


def outcome(error: ProviderError | None) -> Any:
    ending = Ending.SUCCEEDED if error is None else Ending.RETRY
    prepared: Any = None
    return Outcome(prepared=prepared, ending=ending, error=error, started_at=datetime.now(UTC), duration_ms=1)


def asked(silence: Silence, connector: int, times: int) -> list[float]:
    silence.begin_turn()
    return [silence.wait(connector) for _ in range(times)]


def test_a_quarter_of_the_slots_and_no_more(silence: Silence) -> None:
    assert [bool(wait) for wait in asked(silence, SILENT, 6)] == [False] * 4 + [True] * 2
    assert not silence.wait(OTHER)


def test_what_was_rolled_back_does_not_count(silence: Silence) -> None:
    asked(silence, SILENT, 4)
    assert not any(asked(silence, SILENT, 4))


@pytest.mark.parametrize(
    ("error", "held_back"),
    [
        (None, False),
        (Rejected("no"), False),
        (RetryLater("no answer", answered=False), True),
    ],
)
def test_any_answer_is_a_sign_of_life(
    silence: Silence, clock: Clock, error: ProviderError | None, held_back: bool
) -> None:
    for _ in range(5):
        silence.begun(SILENT)
    silence.ended(SILENT, [outcome(error)])
    assert any(asked(silence, SILENT, 8)) == held_back
    clock.now += 2
    assert any(asked(silence, SILENT, 8))


def test_the_longer_the_silence_the_longer_the_wait(silence: Silence, clock: Clock) -> None:
    waits = []
    for _ in range(4):
        silence.begun(SILENT)
    for seconds in (0.0, 1.0, 100.0):
        clock.now += seconds
        waits += asked(silence, SILENT, 1)
    assert 0.1 <= waits[0] <= 0.15 and 1.0 <= waits[1] <= 1.5 and 5.0 <= waits[2] <= 7.5


def test_an_order_that_is_put_off_uses_up_no_try_and_goes_on_by_itself(shop: Shop) -> None:
    shop.chart({"New": [], "Next": ["ExportOrder@erp"]})
    run = shop.move(shop.order(), "Next")
    pump = Pump(Callers(1))
    erp = Connector.objects.get(connector_id="erp").pk
    pump.silence.begun(erp)
    with platform_scope("a slice serves all tenants"):
        pump.run(5, linger=0.0)
    step = run.steps.get()
    assert (step.state, step.attempts, step.started_at) == (StepState.PENDING, 0, None)
    assert shop.vendors.calls() == []
    pump.silence.ended(erp, [outcome(None)])
    shop.later(seconds=2)
    shop.pump()
    run.refresh_from_db()
    assert (run.state, run.steps.get().attempts) == (RunState.COMPLETED, 1)
