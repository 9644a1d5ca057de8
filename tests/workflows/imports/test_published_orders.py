"""Shopify's own published order through the whole house: import, ledger, parcel, mail, and back to the shop.

The sample is not part of this project. It is read from $CROSSDOCK_VECTORS where it is at hand.
"""

from __future__ import annotations

from typing import Any

import pytest

from config.demo import ground, systems
from config.demo.charts import Status, Step, draw
from connectors.drafts import create_connector
from connectors.gateways.publication import publish_with_connector
from connectors.publishing import publish
from connectors.sandbox import Sandbox
from eventlog.models import Event
from shipping.models import Shipment, ShipmentOption, ShippingProvider
from tenants.models import Market, Store, Tenant
from tenants.scoping import platform_scope, tenant_scope
from tests.contract.test_samples import published
from tests.shop import CALLERS, running_vendors, vendors
from workflows import orders
from workflows.engine.pump import Pump
from workflows.models import ImportedObject, NotificationTemplate, Order, ScheduledTask, StepRun
from workflows.schedules.slice import Slice
from workflows.schedules.ticker import run_now

__all__ = ["running_vendors", "vendors"]

pytestmark = pytest.mark.django_db

SHOP = "published"
_CHART = (
    Status("New", (), (Step("Notification", "SendGrid"),)),
    Status("InProgress", (), (Step("ExportOrder", "Dynamics365", stop_on_error=True),)),
    Status(
        "Ship",
        (),
        (Step("CompleteShipment"), Step("ExportOrder", "Dynamics365"), Step("Notification", "SendGrid")),
    ),
    Status("Completed", (), (Step("PrintShippingLabel"), Step("ExportOrder", "Shopify"))),
)


@pytest.fixture
def sample() -> dict[str, Any]:
    found = published("shopify")
    if not found:
        pytest.skip("no samples at hand; set CROSSDOCK_VECTORS to their folder")
    order: dict[str, Any] = found["py-order"]["order"]
    return order


@pytest.fixture
def house(vendors: Sandbox) -> Any:
    """A merchant in the United States, whose shop, books and mail are simulated."""
    tenant, _ = ground.open_tenant()
    with tenant_scope(tenant):
        ground.lay()
        Market.objects.create(code="USA", name="United States", currency="USD", country="US", language="en")
        _publish_systems(tenant, vendors)
        publish(draw("Online", _CHART, is_default=True))
        NotificationTemplate.objects.create(
            name="News",
            statuses=["New", "Ship"],
            subject="{number}: {status}",
            text="Hello {customer.first_name}",
        )
        yield vendors


def _publish_systems(tenant: Tenant, vendors: Sandbox) -> None:
    [sendgrid] = systems.create(tenant, "sendgrid").values()
    books = create_connector(
        tenant,
        "dynamics365",
        is_test=True,
        host=f"{vendors.url}/dynamics365",
        tenant_url=f"{vendors.url}/dynamics365",
        oauth_tenant="demo",
        client_app_id="crossdock",
        client_app_secret="bc~published",
        properties={"CompanyId": systems.COMPANY_ID, "ShippingLineAccount": "3900"},
    )
    shop = create_connector(
        tenant,
        "shopify",
        is_test=True,
        host=f"{vendors.url}/shopify/{SHOP}",
        enabled_markets=["USA"],
        field_mapping={"Brand": "vendor"},
        properties={"ShopifyUrl": f"{SHOP}.myshopify.com", "AccessToken": "shpat_published_k1"},
    )
    for connector in (sendgrid, books, shop):
        publish(connector)
    carrier = ShippingProvider.objects.create(name="Own van", connector=create_connector(tenant, "empty"))
    ShipmentOption.objects.create(
        provider=carrier, name="Van", product="van", is_default=True, weight=500, store=Store.objects.get()
    )
    publish_with_connector(carrier)
    ScheduledTask.objects.create(name="Orders", type="ImportOrders", cron="0 3 * * *", connector=shop)


def _import() -> None:
    run_now(ScheduledTask.objects.get(), "kari")
    with platform_scope("a slice serves all tenants"):
        Slice().run(20)
    _pump()


def _pump() -> None:
    with platform_scope("a slice serves all tenants"):
        Pump(CALLERS).run(20, linger=0.0)


def test_it_is_refused_as_it_is_and_goes_all_the_way_once_its_lines_add_up(
    house: Sandbox, sample: dict[str, Any]
) -> None:
    """Three lines of 199.00 against a total of 409.94: two and the tax. The shop takes the third off."""
    skus = [line["sku"] for line in sample["line_items"]]
    house.control("POST", "dynamics365/items", {"items": [{"number": sku, "inventory": 9} for sku in skus]})
    house.control("POST", f"shopify/shops/{SHOP}/orders", {"order": sample})

    _import()
    refused = ImportedObject.objects.get()
    assert refused.order_id is None
    assert "409.94" in refused.reason
    assert not Order.objects.exists()

    third = sample["line_items"][2]["id"]
    house.control("POST", f"shopify/shops/{SHOP}/orders/{sample['id']}", {"pieces": {str(third): 0}})
    _import()
    order = Order.objects.get()
    assert (order.number, str(order.total_money), order.market.code) == ("1001", "409.94 USD", "USA")
    assert [line.sku for line in order.lines.order_by("number")] == skus[:2]
    for status in ("InProgress", "Ship", "Completed"):
        orders.change_status(order.pk, status)
        _pump()

    results = {(step.run.status, step.name): (step.state, step.message) for step in StepRun.objects.all()}
    assert {state for state, _ in results.values()} == {"success"}, results
    [books] = house.control("GET", "dynamics365/books")["orders"]
    assert books["externalDocumentNumber"] == "1001"
    [told] = house.control("GET", f"shopify/shops/{SHOP}")["orders"]
    [made] = told["fulfilments"]
    assert Shipment.objects.get().tracking_number in str(made)
    mails = house.control("GET", "sendgrid/mails")["mails"]
    assert [mail["to"] for mail in mails] == [sample["email"]] * 2
    assert house.doubles() == []
    assert not Event.objects.filter(order_number="1001", outcome="error").exists()
