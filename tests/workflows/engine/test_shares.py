"""A slow or silent vendor holds a share of the slots while others want them; who answers briskly is never held back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from connectors.calls import Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.errors import ProviderError, Rejected, RetryLater
from connectors.models import Connector
from tenants.scoping import platform_scope
from tests.shop import Shop
from workflows.engine.callers import Callers
from workflows.engine.pump import Pump
from workflows.engine.shares import BRISK_MS, Shares, share_of
from workflows.models import Lane, RunState, StepState

SLOTS = 16
SLOW, OTHER = 1, 2


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shares(clock: Clock) -> Shares:
    return Shares(SLOTS, clock)


def outcome(error: ProviderError | None = None, lasted_ms: int = 1) -> Any:
    ending = Ending.SUCCEEDED if error is None else Ending.RETRY
    prepared: Any = None
    return Outcome(
        prepared=prepared, ending=ending, error=error, started_at=datetime.now(UTC), duration_ms=lasted_ms
    )


def taken(shares: Shares, connector: int, times: int, *, others_wait: bool = True) -> int:
    shares.begin_turn(lambda: others_wait)
    return sum(shares.take(connector) for _ in range(times))


def answered(shares: Shares, result: Any) -> None:
    shares.begun(SLOW)
    shares.ended(SLOW, [result])


def test_a_quarter_of_the_slots_and_no_more(shares: Shares) -> None:
    assert taken(shares, SLOW, 6) == 4
    assert shares.take(OTHER)


def test_what_was_rolled_back_does_not_count(shares: Shares) -> None:
    taken(shares, SLOW, 4)
    assert taken(shares, SLOW, 4) == 4


@pytest.mark.parametrize(
    ("last", "others_wait", "granted"),
    [
        (outcome(), True, 8),
        (outcome(Rejected("no")), True, 8),
        (outcome(lasted_ms=BRISK_MS + 1), True, 4),
        (outcome(lasted_ms=BRISK_MS + 1), False, 8),
        (outcome(RetryLater("no answer", answered=False)), False, 4),
    ],
    ids=["brisk", "refusing", "slow", "slow and alone", "silent and alone"],
)
def test_what_a_vendor_may_have_beyond_its_share(
    shares: Shares, clock: Clock, last: Any, others_wait: bool, granted: int
) -> None:
    answered(shares, last)
    assert taken(shares, SLOW, 8, others_wait=others_wait) == granted
    clock.now += 2
    assert taken(shares, SLOW, 8, others_wait=others_wait) == 4


def test_addresses_of_two_tenants_steps_take_nothing_from_each_other() -> None:
    def address(tenant: int, connector: int = 0) -> ConnectorConfig:
        return ConnectorConfig(
            id=connector, tenant_id=tenant, tenant_uid=uuid4(), revision="1", slug="webhook", name="Webhook"
        )

    assert share_of(address(1)) != share_of(address(2))
    assert share_of(address(1, 7)) == 7


def test_rooms_tell_of_connectors_whose_orders_were_put_off(shares: Shares, clock: Clock) -> None:
    assert shares.rooms() == {}
    taken(shares, SLOW, 6)
    for _ in range(3):
        shares.begun(SLOW)
    shares.begin_turn(lambda: True)
    assert shares.rooms() == shares.rooms(spare=True) == {SLOW: 1}
    answered(shares, outcome(lasted_ms=BRISK_MS + 1))
    assert (shares.rooms(), shares.rooms(spare=True)) == ({SLOW: 1}, {})
    answered(shares, outcome())
    assert shares.rooms() == {}


def test_an_order_that_is_put_off_uses_up_no_try_and_keeps_its_place(shop: Shop) -> None:
    shop.chart({"New": [], "Next": ["ExportOrder@erp"]})
    order = shop.order()
    run, due = shop.move(order, "Next"), shop.due(order)
    pump = Pump(Callers(1))
    erp = Connector.objects.get(connector_id="erp").pk
    pump.shares.begun(erp)
    with platform_scope("a slice serves all tenants"):
        pump.run(5, linger=0.0)
    step, lane = run.steps.get(), Lane.objects.get(pk=order.pk)
    assert (step.state, step.attempts, step.started_at) == (StepState.PENDING, 0, None)
    assert (lane.waits_for, lane.claimed_by, lane.due_at) == (erp, None, due)
    assert shop.vendors.calls() == []
    pump.shares.ended(erp, [outcome()])
    with platform_scope("a slice serves all tenants"):
        pump.run(5, linger=0.0)
    run.refresh_from_db()
    assert (run.state, run.steps.get().attempts) == (RunState.COMPLETED, 1)
    assert Lane.objects.get(pk=order.pk).waits_for is None


def test_a_bell_has_an_order_looked_at_whatever_it_waits_for(shop: Shop) -> None:
    shop.chart({"New": ["ExportOrder@erp"], "Next": []})
    order = shop.order()
    Lane.objects.filter(pk=order.pk).update(waits_for=1)
    shop.move(order, "Next")
    assert Lane.objects.get(pk=order.pk).waits_for is None
