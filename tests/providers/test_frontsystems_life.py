"""Front Systems through the whole house, over real sockets: sales and returns in, orders and web sales out, stock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors import sandbox
from connectors.calls import Ending
from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.erp import OrderExport, StockLevel
from connectors.models import InboundWebhook
from tenants.models import Store
from tenants.money import Money
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import InventoryLevelFactory, make_shop, publish_order_type
from tests.providers.asking import ask
from tests.providers.frontsystems_asking import paid_order, values
from tests.providers.till import Till
from tests.sandbox.callers import until
from workflows import orders
from workflows.models import InventoryLevel, Order

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

TENANT = "frontsystems/tenants/nordic"
FAULTS = [
    {"status": 429},
    {"status": 500},
    {"drop_before": True},
    {"drop_after": True},
    {"html": True},
    {"malformed": True},
]


@pytest.fixture
def till(settings: Any) -> Iterator[Till]:
    with sandbox.start() as vendors:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{vendors.port}"]
        shop = make_shop(
            statuses={"New": {}, "Ship": {"steps": [{"name": "ExportOrder", "connector": "FrontSystems"}]}}
        )
        with tenant_scope(shop.tenant):
            for name in ("PosFront", "Returns"):
                publish_order_type(shop.tenant, name=name, statuses={"New": {}})
            StoreFactory(tenant=shop.tenant, code="OSLO", external_ids={"FrontSystemsStockId-NOR": "1"})
            StoreFactory(tenant=shop.tenant, code="BERGEN", external_ids={"FrontSystemsStockId": "2"})
            yield Till(vendors, shop, "frontsystems")


def connect(till: Till, **properties: Any) -> Any:
    return till.connect(
        bearer_token="nordic.secret-of-the-tenant",
        client_app_secret="secret-of-the-gateway",
        properties={"FrontSystemsOrderType": "PosFront", **properties},
    )


def sell(till: Till, *pieces: int, **more: Any) -> dict[str, Any]:
    lines = [
        {"gtin": gtin, "name": "Article", "pieces": count, "price": "90.00", "full": "100.00"}
        for gtin, count in zip("AB", pieces or (2,), strict=False)
    ]
    return dict(till.vendors.control("POST", f"{TENANT}/sales", {"lines": lines, **more}))


def shown(till: Till) -> Any:
    return till.vendors.control("GET", TENANT)


def test_sales_and_returns_come_in_once_and_voided_ones_never(till: Till) -> None:
    connect(till)
    sold, back, both = sell(till), sell(till, -1, stock=2), sell(till, -1, 3)
    sell(till, voided=True)
    sell(till, web=True)
    for _ in range(2):
        run = till.task("ImportOrders", ReturnOrderType="Returns")
        assert run.state == "succeeded", run.message
    taken = {
        order.number: (order.order_type, order.store.code, str(order.total_money))
        for order in Order.objects.all()
    }
    assert taken == {
        str(sold["SALEID"]): ("PosFront", "OSLO", "180.00 NOK"),
        str(back["SALEID"]): ("Returns", "BERGEN", "90.00 NOK"),
        str(both["SALEID"]): ("PosFront", "OSLO", "270.00 NOK"),
        f"{both['SALEID']}-R": ("Returns", "OSLO", "90.00 NOK"),
    }


def test_a_webhook_brings_a_sale_at_once_and_only_once(till: Till, live_server: Any, settings: Any) -> None:
    settings.CROSSDOCK_PUBLIC_URL = live_server.url
    config = connect(till)
    till.vendors.control("POST", f"{TENANT}/callbacks", {"url": config.public_url, "times": 2})
    sold = sell(till)
    until(lambda: len(shown(till)["told"]) == 2)
    assert [item["status"] for item in shown(till)["told"]] == [200, 200]
    till.listen()
    assert [(row.state, row.duplicates) for row in InboundWebhook.objects.all()] == [("done", 1)]
    assert Order.objects.get().number == str(sold["SALEID"])
    assert till.task("ImportOrders").counts["unchanged"] == 1


def test_an_order_is_made_once_whatever_happens_to_the_answer(till: Till) -> None:
    connect(till)
    till.vendors.faults(vendor="frontsystems", method="POST", path="/OmniChannel", drop_after=True)
    order = orders.create_order(till.shop.order_data(number="W-1", store="BERGEN", order_type="Online"))
    till.move(order, "Ship")
    [made] = shown(till)["orders"]
    assert (made["orderNo"], made["orderType"], made["fulfillmentLocation"]["stockId"]) == ("W-1", "BOSS", 2)
    assert till.vendors.doubles() == []


def test_a_web_sale_is_booked_once_whatever_happens_to_the_answer(till: Till) -> None:
    connect(till)
    export = OrderExport(reference="r", order=paid_order(), properties={})
    till.vendors.faults(vendor="frontsystems", method="PUT", path="/Sale", drop_after=True)
    lost = ask("frontsystems", "export_order", export, (200, {}), **_sandbox(till))
    assert lost.outcome.ending is Ending.UNKNOWN
    for uncertain in (True, False):
        again = ask("frontsystems", "export_order", export, (200, {}), uncertain=uncertain, **_sandbox(till))
        assert again.result.message == "booked as web sale of store 101"
    [sale] = shown(till)["web_sales"]
    assert (sale["extRef"], len(shown(till)["customers"])) == ("100234", 1)
    assert till.vendors.doubles() == []


def test_stock_comes_in_location_by_location(till: Till) -> None:
    connect(till)
    stock = {"items": [{"gtin": sku, "levels": {"1": "5", "2": "7"}} for sku in ("A", "B")]}
    till.vendors.control("POST", f"{TENANT}/products", stock)
    assert till.task("ImportInventory").counts["updated"] == 4
    sell(till)
    assert till.task("ImportInventory").counts["updated"] == 1
    assert InventoryLevel.objects.get(store__code="OSLO", product__sku="A").on_hand == Decimal(3)
    refused = till.task("ExportInventory")
    assert (refused.state, "stock is owned by Front Systems" in refused.message) == ("failed", True)


def test_stock_goes_out_as_a_count(till: Till) -> None:
    connect(till, StockOwner="Crossdock")
    till.vendors.control("POST", f"{TENANT}/products", {"items": [{"gtin": "A", "levels": {"1": "5"}}]})
    InventoryLevelFactory(
        tenant=till.shop.tenant,
        product=till.shop.products["A"],
        store=Store.objects.get(code="OSLO"),
        on_hand=2,
    )
    InventoryLevel.objects.update(modified_at=timezone.now() - timedelta(minutes=10))
    assert till.task("ExportInventory").counts["sent"] == 1
    assert shown(till)["stock"] == {"1/A": "2"}


def test_a_count_whose_answer_was_lost_is_not_booked_again(till: Till) -> None:
    connect(till)
    till.vendors.control("POST", f"{TENANT}/products", {"items": [{"gtin": "A", "levels": {"1": "5"}}]})
    till.vendors.faults(vendor="frontsystems", path="/Stock/adjust", drop_after=True)
    levels = [StockLevel(sku="A", quantity=Decimal(2), location="1")]
    lost = ask("frontsystems", "set_inventory", levels, (200, {}), **_sandbox(till))
    assert lost.outcome.ending is Ending.UNKNOWN
    again = ask("frontsystems", "set_inventory", levels, (200, {}), uncertain=True, **_sandbox(till))
    assert again.result.message == "1 levels are as they should be"
    assert len(shown(till)["counts"]) == 1


def test_a_catalogue_goes_out_and_comes_back(till: Till) -> None:
    """What is refused in a batch stops nothing else, and doing it twice changes nothing."""
    connect(till)
    wanted = [
        ProductRecord(sku="P-1", name="One", category="Goods", price=Money.of("9.90", "NOK")),
        ProductRecord(sku="P-2", name="Two"),
    ]
    prices = [PriceRecord(sku=sku, price=Money.of("9.00", "NOK")) for sku in ("P-1", "P-3")]
    people = [CustomerRecord(number="C-1", email="kari@example.com", phone="+4790000001")]
    for _ in range(2):
        made = {
            operation: ask("frontsystems", operation, items, (200, {}), **_sandbox(till)).result.items
            for operation, items in (
                ("export_products", wanted),
                ("export_prices", prices),
                ("export_customers", people),
            )
        }
        states = {item.key: str(item.state) for items in made.values() for item in items}
        assert states["P-2"] == states["P-3"] == "failed"
        assert states["C-1"] == "done"
    assert till.vendors.doubles() == []
    read = ask("frontsystems", "import_products", "", (200, {}), **_sandbox(till)).result
    assert [(product.sku, product.parent) for product in read.items] == [("P-1", "P-1")]
    found = ask("frontsystems", "import_customers", "", (200, {}), **_sandbox(till)).result
    assert [(one.number, one.phone) for one in found.items] == [("C-1", "+4790000001")]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: next(iter(fault)))
def test_nothing_is_lost_or_doubled_when_calls_go_wrong(till: Till, fault: dict[str, Any]) -> None:
    connect(till)
    sold = {str(sell(till)["SALEID"]) for _ in range(3)}
    till.vendors.faults(vendor="frontsystems", times=1, **fault)
    till.task("ImportOrders")
    till.task("ImportOrders")
    assert set(Order.objects.values_list("number", flat=True)) == sold


def _sandbox(till: Till) -> dict[str, Any]:
    """For `ask`: the sandbox in the place of answers that are told."""
    account = values(stock_id=1, stock_ids=(), api_key=SecretValue("nordic.secret-of-the-tenant"))
    return {"values": account, "host": f"{till.vendors.url}/frontsystems", "reachable": (till.vendors.port,)}
