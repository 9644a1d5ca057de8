"""A shop at Magento through the whole house: its order comes in, is sent and invoiced, and the shop is told of both."""

from __future__ import annotations

from typing import Any

import pytest

from config.demo import ground
from config.demo.charts import Status, Step, draw
from connectors.drafts import create_connector
from connectors.gateways.publication import publish_with_connector
from connectors.publishing import publish
from connectors.sandbox import Sandbox
from connectors.trial import run_trial
from eventlog.models import Event
from shipping.models import Shipment, ShipmentOption, ShippingProvider
from tenants.models import Store, Tenant
from tenants.scoping import platform_scope, tenant_scope
from tests.providers.magento_stage import COLUMNS, PROPERTIES, SWEATERS
from tests.shop import CALLERS, running_vendors, vendors
from workflows import orders
from workflows.engine.pump import Pump
from workflows.models import Order, ScheduledTask, StepRun
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "vendors"]

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

SHOP = "magento/shops/nordstore"
_CHART = (
    Status("New", (), ()),
    Status("Ship", (), (Step("CompleteShipment"),)),
    Status("Completed", (), (Step("ExportOrder", "Magento"), Step("ExportInvoices", "Magento"))),
)


@pytest.fixture
def house(vendors: Sandbox) -> Any:
    tenant, _ = ground.open_tenant()
    with tenant_scope(tenant):
        ground.lay()
        _publish_systems(tenant, vendors)
        publish(draw("Online", _CHART, is_default=True))
        yield vendors


def _publish_systems(tenant: Tenant, vendors: Sandbox) -> None:
    store = Store.objects.first()
    assert store is not None
    shop = create_connector(
        tenant,
        "magento",
        is_test=True,
        host=f"{vendors.url}/magento/nordstore/rest/",
        enabled_markets=["NOR"],
        properties={
            **{name: value for name, value in PROPERTIES.items() if not isinstance(value, dict)},
            "OrderPrimaryStore": store.code,
        },
        **COLUMNS,
    )
    publish(shop)
    carrier = ShippingProvider.objects.create(name="Own van", connector=create_connector(tenant, "empty"))
    ShipmentOption.objects.create(
        provider=carrier, name="Van", product="van", is_default=True, weight=500, store=store
    )
    publish_with_connector(carrier)
    ScheduledTask.objects.create(name="Orders", type="ImportOrders", cron="0 3 * * *", connector=shop)
    trial = run_trial(shop)
    assert trial.passed, trial.message


def _import() -> None:
    run_now(ScheduledTask.objects.get(), "kari")
    with platform_scope("a slice serves all tenants"):
        Slice().run(20)
        Pump(CALLERS).run(20, linger=0.0)


def test_an_order_goes_all_the_way(house: Sandbox) -> None:
    placed = house.control("POST", f"{SHOP}/orders", SWEATERS)
    _import()
    order = Order.objects.get()
    assert (order.number, str(order.total_money)) == (placed["increment_id"], "1269.00 NOK")
    for status in ("Ship", "Completed"):
        orders.change_status(order.pk, status)
        with platform_scope("a slice serves all tenants"):
            Pump(CALLERS).run(20, linger=0.0)

    results = {(step.run.status, step.name): (step.state, step.message) for step in StepRun.objects.all()}
    assert {state for state, _ in results.values()} == {"success"}, results
    shop = house.control("GET", SHOP)
    [shipment], [invoice], [told] = shop["shipments"], shop["invoices"], shop["orders"]
    assert shipment["tracks"][0]["track_number"] == Shipment.objects.get().tracking_number
    assert (invoice["grand_total"], told["state"]) == (1269, "complete")
    _import()
    assert Order.objects.count() == 1
    assert house.doubles() == []
    assert not Event.objects.filter(outcome="error").exists()
