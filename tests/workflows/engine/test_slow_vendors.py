"""Orders of a slow or silent vendor beside those of others: who gets the slots, and when those that wait come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.calls import Ending, Outcome
from connectors.models import Connector, ConnectorProperty
from connectors.publishing import publish
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.tenants import TenantFactory
from tests.factories.workflows import OrderFactory
from tests.faultserver import Exchange, FaultServer
from tests.shop import Shop
from workflows.engine.callers import Callers
from workflows.engine.claim import claim
from workflows.engine.due import Bounds, any_due
from workflows.engine.pump import Pump
from workflows.engine.shares import BRISK_MS, Shares
from workflows.models import Lane, RunState, StepRun, Worker, WorkflowRun

SLOTS, SHARE, ORDERS = 8, 2, 6


class Slow(FaultServer):
    """Holds every request until `go` is set."""

    def __init__(self) -> None:
        self.go = threading.Event()
        super().__init__(self._hold)

    def _hold(self, exchange: Exchange) -> None:
        self.go.wait(30)
        exchange.execute()
        exchange.reply(200, b"{}")


@pytest.fixture
def slow(shop: Shop, settings: Any) -> Iterator[Slow]:
    """The shop's ERP."""
    with Slow() as server:
        settings.CROSSDOCK_EGRESS_ALLOW = [*settings.CROSSDOCK_EGRESS_ALLOW, f"127.0.0.1/32:{server.port}"]
        erp = Connector.objects.get(connector_id="erp")
        ConnectorProperty.objects.filter(connector=erp, key="Url").update(value=f"{server.url}/erp")
        publish(erp)
        shop.chart({"New": [], "Slow": ["ExportOrder@erp"], "Quick": ["Notification@mail"]})
        yield server
        server.go.set()


@pytest.fixture
def pump() -> Iterator[Pump]:
    """Time stands still for what it knows of vendors."""
    pump = Pump(Callers(SLOTS))
    pump.shares = Shares(SLOTS, lambda: 1000.0)
    with platform_scope("a slice serves all tenants"):
        pump._enlist(60)
        yield pump


def answered(pump: Pump, connector_id: str, lasted_ms: int) -> None:
    connector = Connector.objects.get(connector_id=connector_id).pk
    prepared: Any = None
    pump.shares.begun(connector)
    pump.shares.ended(
        connector,
        [
            Outcome(
                prepared=prepared,
                ending=Ending.SUCCEEDED,
                started_at=datetime.now(UTC),
                duration_ms=lasted_ms,
            )
        ],
    )


def moved(shop: Shop, status: str) -> list[WorkflowRun]:
    with tenant_scope(shop.tenant):
        return [shop.move(shop.order(f"{status}-{number}"), status) for number in range(ORDERS)]


def wait_for_slots(runs: list[WorkflowRun]) -> bool:
    orders = [run.order_id for run in runs]
    return Lane.objects.filter(pk__in=orders, due_at__isnull=False, claimed_by__isnull=True).exists()


def held(pump: Pump, runs: list[WorkflowRun]) -> int:
    return len({run.order_id for run in runs} & pump.held.keys())


def until(pump: Pump, condition: Any) -> None:
    for _ in range(400):
        if condition():
            return
        pump._turn(claiming=True)
    raise AssertionError("the pump does not get there")


def states(runs: list[WorkflowRun]) -> set[str]:
    return set(WorkflowRun.objects.filter(pk__in=[run.pk for run in runs]).values_list("state", flat=True))


@pytest.mark.pg
def test_a_slow_vendor_has_its_share_while_others_wait_and_all_slots_when_alone(
    shop: Shop, slow: Slow, pump: Pump
) -> None:
    answered(pump, "erp", BRISK_MS + 1)
    answered(pump, "mail", 1)
    first, others = moved(shop, "Slow"), moved(shop, "Quick")
    pump._turn(claiming=True)
    assert wait_for_slots(others)
    while wait_for_slots(others):
        assert held(pump, first) == SHARE
        pump._turn(claiming=True)
    until(pump, lambda: held(pump, first) == ORDERS)
    until(pump, lambda: states(others) == {RunState.COMPLETED})
    assert states(first) == {RunState.RUNNING}
    slow.go.set()
    until(pump, lambda: states(first) == {RunState.COMPLETED})
    assert len(slow.requests) == len(slow.executed) == ORDERS
    assert set(StepRun.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.pg
def test_orders_of_a_silent_vendor_wait_untouched_until_a_slot_is_free(
    shop: Shop, slow: Slow, pump: Pump
) -> None:
    runs = moved(shop, "Slow")
    until(pump, lambda: Lane.objects.filter(waits_for__isnull=False).count() == ORDERS - SHARE)
    fences = sorted(Lane.objects.values_list("fence", flat=True))
    for _ in range(3):
        until(pump, lambda: not pump.inbox.events)
        assert not pump._turn(claiming=True)
    assert (sorted(Lane.objects.values_list("fence", flat=True)), held(pump, runs)) == (fences, SHARE)
    slow.go.set()
    until(pump, lambda: states(runs) == {RunState.COMPLETED})
    assert len(slow.executed) == ORDERS
    assert not Lane.objects.filter(waits_for__isnull=False).exists()


@pytest.mark.pg
def test_an_order_goes_on_to_a_slow_vendor_within_its_share_only(shop: Shop, slow: Slow, pump: Pump) -> None:
    """What comes from another step gives its slot to those who wait for one."""
    with tenant_scope(shop.tenant):
        shop.chart({"New": [], "Both": ["Notification@mail", "ExportOrder@erp"]})
    answered(pump, "mail", 1)
    runs = moved(shop, "Both")
    until(pump, lambda: Lane.objects.filter(waits_for__isnull=False).count() == ORDERS - SHARE)
    assert held(pump, runs) == SHARE
    slow.go.set()
    until(pump, lambda: states(runs) == {RunState.COMPLETED})
    assert len(slow.executed) == ORDERS


def test_claims_within_the_bounds_of_two_tenants(db: None) -> None:
    """Orders of a crowded tenant and beyond a connector's room are left out, those of a dead worker are not."""
    now = timezone.now()
    dead = Worker.objects.create(
        host="gone", pid=1, started_at=now, heartbeat_at=now - timedelta(hours=1), listening_until=now
    )
    mine, theirs = TenantFactory(), TenantFactory()

    def lane(tenant: Any, place: int, **fields: Any) -> int:
        with tenant_scope(tenant):
            order = OrderFactory(tenant=tenant)
            due = now - timedelta(minutes=10 - place)
            values = {"due_at": due, **fields}
            pk: int = Lane.objects.update_or_create(order=order, defaults=values)[0].pk
            return pk

    waiting = [lane(mine, place, waits_for=1) for place in range(3)]
    other = lane(mine, 4, waits_for=2)
    orphan = lane(mine, 5, waits_for=1, claimed_by=dead.id)
    free, crowded = lane(mine, 6), lane(theirs, 3)
    lane(theirs, 2, waits_for=3)
    lane(mine, 7, due_at=now + timedelta(hours=1))
    bounds = Bounds(tenants=(theirs.pk,), rooms={1: 1, 2: 0})
    with platform_scope("test"):
        assert any_due(now, bounds)
        assert [ticket.order_id for ticket, _ in claim(_alive(), 2, now, bounds)] == [waiting[0], orphan]
        assert [ticket.order_id for ticket, _ in claim(_alive(), 9, now, bounds)] == [waiting[1], free]
        rest = claim(_alive(), 9, now, Bounds(rooms={1: 0}))
    assert {ticket.order_id for ticket, _ in rest} >= {other, crowded}
    assert waiting[2] not in {ticket.order_id for ticket, _ in rest}


def _alive() -> Any:
    now = timezone.now()
    return Worker.objects.create(
        host="here", pid=1, started_at=now, heartbeat_at=now, listening_until=now + timedelta(minutes=1)
    ).id
