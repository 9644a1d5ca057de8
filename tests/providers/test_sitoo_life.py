"""Sitoo through the whole house, over real sockets: receipts and returns in, orders out, stock one way at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors import sandbox
from connectors.calls import Ending
from connectors.checklist.base import findings
from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.erp import StockLevel
from connectors.documents import KIND, connector_document
from connectors.models import Connector, InboundWebhook
from tenants.models import Store
from tenants.money import Money
from tenants.scoping import tenant_scope
from tests.factories.tenants import StoreFactory
from tests.factories.workflows import InventoryLevelFactory, make_shop, publish_order_type
from tests.providers.asking import ask
from tests.providers.sitoo_asking import values
from tests.providers.till import Till
from tests.sandbox.callers import until
from workflows import orders
from workflows.models import InventoryLevel, Order, ScheduledTask

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

ACCOUNT = "accounts/1500"
PASSWORD = "hook-of-the-sandbox"


@pytest.fixture
def till(settings: Any) -> Iterator[Till]:
    with sandbox.start() as vendors:
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{vendors.port}"]
        shop = make_shop(
            statuses={"New": {}, "Ship": {"steps": [{"name": "ExportOrder", "connector": "Sitoo"}]}}
        )
        with tenant_scope(shop.tenant):
            for name in ("PosSitoo", "Returns"):
                publish_order_type(shop.tenant, name=name, statuses={"New": {}})
            StoreFactory(tenant=shop.tenant, code="OSLO", external_ids={"SitooWarehouseId-NOR": "1"})
            StoreFactory(tenant=shop.tenant, code="WEB", external_ids={"SitooWarehouseId": "2"})
            yield Till(vendors, shop, "sitoo")


def connect(till: Till, **properties: Any) -> Any:
    return till.connect(
        username="1500-1",
        password="secret-of-the-till",
        properties={
            "AccountNumber": "1500",
            "SitooOrderType": "PosSitoo",
            "WebhookPassword": PASSWORD,
            **properties,
        },
    )


def sell(till: Till, pieces: int = 2, **more: Any) -> dict[str, Any]:
    line = {"sku": "A", "name": "Article", "pieces": pieces, "price": "100.00", "off": "0"}
    return dict(till.vendors.control("POST", f"sitoo/{ACCOUNT}/sales", {"lines": [line], **more}))


def test_receipts_and_returns_come_in_once(till: Till) -> None:
    connect(till)
    sold = sell(till, receipt="R-1")
    back = sell(till, -1, receipt="R-2", of=sold["orderid"])
    for _ in range(2):
        run = till.task("ImportOrders", ReturnOrderType="Returns")
        assert run.state == "succeeded", run.message
    sale, gone = Order.objects.order_by("pk")
    assert (sale.number, sale.order_type, str(sale.total_money)) == ("R-1", "PosSitoo", "200.00 NOK")
    assert sale.store.code == "OSLO"
    assert (gone.number, gone.order_type, str(gone.total_money)) == ("R-2", "Returns", "100.00 NOK")
    assert till.imported() == {str(sold["orderid"]): "imported", str(back["orderid"]): "imported"}


def test_an_event_brings_a_sale_at_once_and_only_once(till: Till, live_server: Any, settings: Any) -> None:
    settings.CROSSDOCK_PUBLIC_URL = live_server.url
    config = connect(till)
    for password, times in (("other", 1), (PASSWORD, 2)):
        callback = {"url": config.public_url, "password": password, "times": times}
        till.vendors.control("POST", f"sitoo/{ACCOUNT}/callbacks", callback)
    sell(till, receipt="R-9")
    until(lambda: len(till.vendors.control("GET", "sitoo/told")["items"]) == 3)
    assert sorted(item["status"] for item in till.vendors.control("GET", "sitoo/told")["items"]) == [
        200,
        200,
        401,
    ]
    till.listen()
    assert [(row.state, row.duplicates) for row in InboundWebhook.objects.all()] == [("done", 1)]
    assert Order.objects.get().number == "R-9"
    assert till.task("ImportOrders").counts["unchanged"] == 1


def test_an_online_order_is_made_once_whatever_happens_to_the_answer(till: Till) -> None:
    connect(till)
    till.vendors.faults(vendor="sitoo", method="POST", path="/orders", drop_after=True)
    order = orders.create_order(till.shop.order_data(number="W-1", store="OSLO", order_type="Online"))
    till.move(order, "Ship")
    [made] = till.vendors.control("GET", f"sitoo/{ACCOUNT}")["orders"]
    assert (made["externalid"], made["warehouseid"], made["moneytotal_gross_all"]) == ("W-1", 1, "300.00")
    assert till.vendors.doubles() == []
    assert till.task("ImportOrders").counts.get("new", 0) == 0


def test_stock_goes_one_way_at_a_time(till: Till) -> None:
    config = connect(till)
    stock = {"items": [{"sku": sku, "levels": {"1": "5", "2": "7"}} for sku in ("A", "B")]}
    till.vendors.control("POST", f"sitoo/{ACCOUNT}/products", stock)
    assert till.task("ImportInventory").counts["updated"] == 4
    sell(till)
    assert till.task("ImportInventory").counts["updated"] == 1
    level = InventoryLevel.objects.get(store__code="OSLO", product__sku="A")
    assert level.on_hand == Decimal(3)
    refused = till.task("ExportInventory")
    assert (refused.state, "stock is owned by Sitoo" in refused.message) == ("failed", True)
    draft = Connector.objects.get(pk=config.id)
    draft.properties.update_or_create(key="StockOwner", defaults={"value": "Crossdock"})
    ScheduledTask.objects.filter(type="ImportInventory").update(active=True)
    assert "stock_owner" in {finding.code for finding in findings(KIND, draft, connector_document(draft))}


def test_levels_are_set_in_both_kinds_of_warehouses(till: Till) -> None:
    connect(till, StockOwner="Crossdock")
    stock = {"items": [{"sku": "A", "levels": {"1": "5", "2": "5"}}]}
    till.vendors.control("POST", f"sitoo/{ACCOUNT}/products", stock)
    for code, pieces in (("OSLO", 2), ("WEB", 9)):
        InventoryLevelFactory(
            tenant=till.shop.tenant,
            product=till.shop.products["A"],
            store=Store.objects.get(code=code),
            on_hand=pieces,
        )
    _long_ago()
    assert till.task("ExportInventory").counts["sent"] == 2
    shown = till.vendors.control("GET", f"sitoo/{ACCOUNT}")
    assert (shown["stock"], len(shown["movements"])) == ({"1/A": "2.000", "2/A": "9.000"}, 1)


def test_a_movement_whose_answer_was_lost_is_not_made_again(till: Till) -> None:
    connect(till)
    stock = {"items": [{"sku": "A", "levels": {"1": "5"}}]}
    till.vendors.control("POST", f"sitoo/{ACCOUNT}/products", stock)
    till.vendors.faults(vendor="sitoo", path="/warehousetransactions", drop_after=True)
    levels = [StockLevel(sku="A", quantity=Decimal(2), location="1")]
    lost = ask("sitoo", "set_inventory", levels, (200, {}), **_sandbox(till))
    assert lost.outcome.ending is Ending.UNKNOWN
    again = ask("sitoo", "set_inventory", levels, (200, {}), uncertain=True, **_sandbox(till))
    assert again.result.message == "1 levels are as they should be"
    assert len(till.vendors.control("GET", f"sitoo/{ACCOUNT}")["movements"]) == 1


def test_what_one_item_of_a_batch_is_refused_for_stops_no_other(till: Till) -> None:
    """By the provider itself: the tasks of the catalogue are others' to try."""
    connect(till)
    settings = _sandbox(till)
    wanted = [
        ProductRecord(sku="P-1", name="One", tax_rate=Decimal(25)),
        ProductRecord(sku="P 2", name="Two", tax_rate=Decimal(25)),
    ]
    for _ in range(2):
        made = ask("sitoo", "export_products", wanted, (200, {}), **settings).result
        assert {item.key: str(item.state) for item in made.items} == {"P-1": "done", "P 2": "failed"}
    prices = [PriceRecord(sku=sku, price=Money.of("9.00", "NOK")) for sku in ("P-1", "P-3")]
    told = ask("sitoo", "export_prices", prices, (200, {}), **settings).result
    assert {item.key: str(item.state) for item in told.items} == {"P-1": "done", "P-3": "failed"}
    people = [CustomerRecord(email="kari@example.com", first_name="Kari")]
    for _ in range(2):
        told = ask("sitoo", "export_customers", people, (200, {}), **settings).result
        assert [str(item.state) for item in told.items] == ["done"]
    assert till.vendors.doubles() == []
    read = ask("sitoo", "import_products", "", (200, {}), **settings).result
    assert [product.sku for product in read.items] == ["P-1"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 500},
        {"drop_before": True},
        {"drop_after": True},
        {"html": True},
        {"malformed": True},
        {"status_after_effect": 500},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_nothing_is_lost_or_doubled_when_calls_go_wrong(till: Till, fault: dict[str, Any]) -> None:
    connect(till)
    for number in range(3):
        sell(till, receipt=f"R-{number}")
    till.vendors.faults(vendor="sitoo", times=1, **fault)
    till.task("ImportOrders")
    till.task("ImportOrders")
    assert sorted(Order.objects.values_list("number", flat=True)) == ["R-0", "R-1", "R-2"]


def _sandbox(till: Till) -> dict[str, Any]:
    """For `ask`: the sandbox in the place of answers that are told."""
    account = values(account_number="1500", eshop_id=1)
    return {"values": account, "host": f"{till.vendors.url}/sitoo", "reachable": (till.vendors.port,)}


def _long_ago() -> None:
    """Levels that are older than the export waits for."""
    InventoryLevel.objects.update(modified_at=timezone.now() - timedelta(minutes=10))
