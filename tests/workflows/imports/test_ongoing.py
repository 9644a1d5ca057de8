"""A warehouse at Ongoing through the whole house: an order goes there, is sent, comes back; another is called off."""

from __future__ import annotations

from typing import Any

import pytest

from config.demo import ground
from config.demo.charts import Status, Step, draw
from connectors.drafts import create_connector
from connectors.publishing import publish
from connectors.sandbox import Sandbox
from connectors.trial import run_trial
from eventlog.models import Event
from tenants.models import Store
from tenants.scoping import platform_scope, tenant_scope
from tests.providers.ongoing_stage import COLUMNS, HOUSE, PROPERTIES
from tests.shop import CALLERS, running_vendors, vendors
from workflows import orders
from workflows.engine.pump import Pump
from workflows.models import InventoryLevel, Order, ScheduledRun, ScheduledTask, StepRun
from workflows.orders import create_order
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "vendors"]

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

_CHART = (
    Status("New", (), ()),
    Status("Pack", (), (Step("ExportOrder", "Ongoing"),)),
    Status("Sent", (), ()),
    Status("Returned", (), ()),
    Status("OrderCanceled", (), (Step("ExportCancellation", "Ongoing"),)),
)
_TASKS: dict[str, dict[str, str]] = {
    "ImportWarehouseOrders": {"ShippedStatus": "Sent"},
    "ImportReturns": {"ReturnedStatus": "Returned"},
    "ImportInventory": {},
}


@pytest.fixture
def house(vendors: Sandbox) -> Any:
    tenant, _ = ground.open_tenant()
    with tenant_scope(tenant):
        ground.lay()
        store = Store.objects.get()
        store.external_ids = {"Ongoing": "OSL"}
        warehouse = create_connector(
            tenant,
            "ongoing",
            is_test=True,
            host=f"{vendors.url}/ongoing/nordlager",
            properties={**PROPERTIES, "OngoingWarehouses": {"OSL": "1"}},
            **COLUMNS,
        )
        publish(warehouse)
        publish(draw("Online", _CHART, is_default=True))
        for name, properties in _TASKS.items():
            ScheduledTask.objects.create(
                name=name, type=name, cron="0 3 * * *", connector=warehouse, properties=properties
            )
        trial = run_trial(warehouse)
        assert trial.passed, trial.message
        articles = [{"articleNumber": "TENT-2", "numberOfItems": 12}]
        vendors.control("POST", f"{HOUSE}/articles", {"articles": articles})
        yield vendors


def _run(name: str) -> ScheduledRun:
    run = run_now(ScheduledTask.objects.get(name=name), "kari")
    _work()
    run.refresh_from_db()
    assert run.state == "succeeded", run.message
    return run


def _work() -> None:
    with platform_scope("a slice serves all tenants"):
        Slice().run(20)
        Pump(CALLERS).run(20, linger=0.0)


def _order(number: str) -> Order:
    person = {
        "name": "Kari Nordmann",
        "line1": "Storgata 1",
        "postal_code": "0155",
        "city": "Oslo",
        "country": "NO",
    }
    lines = [{"sku": "TENT-2", "quantity": "2", "unit_price": "100.00"}]
    order = create_order(
        {
            "number": number,
            "market": "NOR",
            "customer": {"email": "k@example.com"},
            "shipping": person,
            "lines": lines,
        }
    )
    _work()
    orders.change_status(order.pk, "Pack")
    _work()
    return order


def test_orders_go_to_the_warehouse_and_come_back(house: Sandbox) -> None:
    order, other = _order("W-1"), _order("W-2")
    orders.change_status(other.pk, "OrderCanceled")
    _work()
    results = {(step.run.status, step.name): (step.state, step.message) for step in StepRun.objects.all()}
    assert {state for state, _ in results.values()} == {"success"}, results

    house.control("POST", f"{HOUSE}/orders/W-1/ship")
    _run("ImportWarehouseOrders")
    order.refresh_from_db()
    assert (order.status, order.properties["WarehouseStatus"]) == ("Sent", "450 Sent")
    assert order.properties["WarehouseParcels"][0]["number"].startswith("7073")

    house.control("POST", f"{HOUSE}/returns", {"order": "W-1", "pieces": {"1": 1}})
    _run("ImportReturns")
    order.refresh_from_db()
    assert order.status == "Returned"
    assert _run("ImportInventory").counts["updated"] == 1
    assert InventoryLevel.objects.get().on_hand == 10

    assert [_run(name).counts.get("updated", 0) for name in _TASKS] == [0, 0, 0]
    statuses = {
        row["orderInfo"]["orderNumber"]: row["orderInfo"]["orderStatus"]["number"]
        for row in house.control("GET", HOUSE)["orders"]
    }
    assert statuses == {"W-1": 450, "W-2": 1000}
    assert house.doubles() == []
    assert not Event.objects.filter(outcome="error").exists()
