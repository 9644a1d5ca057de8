"""Flow through the whole house, over real sockets: pointers become receipts, orders go out by Field Mapping."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors import sandbox
from connectors.models import InboundWebhook
from connectors.sandbox.flow import CALLS, FIELDS, MAPPING
from tenants.scoping import tenant_scope
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import make_shop, publish_order_type
from tests.providers.till import Till
from tests.sandbox.callers import until
from workflows import orders
from workflows.models import InventoryLevel, Order

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

TENANT = "flow/tenants/nord-7"
TOKEN = "flow-hook-of-the-sandbox"


@pytest.fixture
def till(settings: Any) -> Iterator[Till]:
    with sandbox.start() as vendors:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{vendors.port}"]
        shop = make_shop(
            statuses={"New": {}, "Ship": {"steps": [{"name": "ExportOrder", "connector": "Flow"}]}}
        )
        with tenant_scope(shop.tenant):
            for name in ("PosFlow", "Returns"):
                publish_order_type(shop.tenant, name=name, statuses={"New": {}})
            StoreFactory(tenant=shop.tenant, code="OSLO", external_ids={"FlowStoreUid": "st-oslo"})
            yield Till(vendors, shop, "flow")


def connect(till: Till, **properties: Any) -> Any:
    return till.connect(
        bearer_token="integration-of-the-till",
        field_mapping=MAPPING,
        properties={
            "TenantUid": "nord-7",
            "Currency": "NOK",
            "StoreUids": "st-oslo",
            "FlowOrderType": "PosFlow",
            "DeliveredStates": "DELIVERED",
            "WebhookToken": TOKEN,
            "FlowFields": FIELDS,
            "FlowCalls": CALLS,
            **properties,
        },
    )


def sell(till: Till, pieces: int = 2, **more: Any) -> dict[str, Any]:
    line = {"sku": "A", "name": "Article", "pieces": pieces, "price": "100.00"}
    return dict(till.vendors.control("POST", f"{TENANT}/sales", {"lines": [line], **more}))


def test_pointers_bring_receipts_at_once_and_the_search_finds_nothing_new(
    till: Till, live_server: Any, settings: Any
) -> None:
    settings.CROSSDOCK_PUBLIC_URL = live_server.url
    config = connect(till)
    for token, times in (("another", 1), (TOKEN, 2)):
        header = {"key": "X-Crossdock-Token", "value": token}
        transport = {"url": config.public_url, "headers": [header], "times": times}
        till.vendors.control("POST", f"{TENANT}/transports", transport)
    sold = sell(till)
    until(lambda: len(till.vendors.control("GET", TENANT)["told"]) == 3)
    statuses = sorted(item["status"] for item in till.vendors.control("GET", TENANT)["told"])
    assert statuses == [200, 200, 401]
    till.listen()
    assert [(row.state, row.duplicates) for row in InboundWebhook.objects.all()] == [("done", 1)]
    order = Order.objects.get()
    assert (order.number, order.order_type, str(order.total_money)) == (
        sold["orderNumber"],
        "PosFlow",
        "200.00 NOK",
    )
    assert order.store.code == "OSLO"
    back = sell(till, -1, of=sold["orderUid"])
    run = till.task("ImportOrders", ReturnOrderType="Returns")
    assert (run.state, run.counts["unchanged"], run.counts["new"]) == ("succeeded", 1, 1), run.message
    assert Order.objects.get(number=back["orderNumber"]).order_type == "Returns"


def test_an_order_goes_out_once_and_a_lost_answer_waits_for_a_person(till: Till) -> None:
    connect(till)
    first = orders.create_order(till.shop.order_data(number="W-1", store="OSLO", order_type="Online"))
    for status in ("Ship",):
        told = till.move(first, status)
        assert told["ExportOrder"].startswith("success"), told
    [made] = till.vendors.control("GET", TENANT)["orders"]
    assert (made["externalOrderNumber"], made["orderTotals"]["total"]) == ("W-1", 30000)
    till.vendors.faults(vendor="flow", method="POST", path="/orders$", drop_after=True)
    second = orders.create_order(till.shop.order_data(number="W-2", store="OSLO", order_type="Online"))
    till.move(second, "Ship")
    assert len(till.vendors.ledger(operation="export")) == 2
    assert till.vendors.doubles() == []


def test_stock_of_the_stores_is_read(till: Till) -> None:
    connect(till)
    stock = {"items": [{"sku": "A", "stock": {"st-oslo": "4.5", "st-bergen": "9"}}]}
    till.vendors.control("POST", f"{TENANT}/products", stock)
    assert till.task("ImportInventory").counts["updated"] == 1
    assert InventoryLevel.objects.get().on_hand == Decimal("4.5")


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 500},
        {"drop_before": True},
        {"drop_after": True},
        {"html": True},
        {"malformed": True},
        {"path": "/orders/", "status": 503},
    ],
    ids=lambda fault: "-".join(fault),
)
def test_nothing_is_lost_or_doubled_when_calls_go_wrong(till: Till, fault: dict[str, Any]) -> None:
    connect(till)
    sold = {sell(till)["orderNumber"] for _ in range(3)}
    till.vendors.faults(vendor="flow", times=1, **fault)
    till.task("ImportOrders")
    till.task("ImportOrders")
    assert set(Order.objects.values_list("number", flat=True)) == sold
