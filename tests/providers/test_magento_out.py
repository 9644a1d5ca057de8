"""What goes out to a Magento shop: parcels, invoices, refunds, statuses, stock, articles and prices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from connectors.calls import Ending
from connectors.contracts.base import NotExecuted
from connectors.contracts.catalog import ItemState, PriceRecord, ProductRecord
from connectors.contracts.ecommerce import ShopCancellation, StatusUpdate
from connectors.contracts.erp import StockLevel
from connectors.errors import Rejected
from connectors.providers.magento import Magento
from connectors.sandbox import Sandbox, start
from tests.contract.scenarios.base import nok
from tests.providers.magento_stage import MagentoStand, invoice_of, parcel, refund_of


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def shop(sandbox: Sandbox) -> MagentoStand:
    sandbox.reset()
    return MagentoStand(sandbox)


def test_batches_that_set_may_be_sent_again(shop: MagentoStand) -> None:
    provider = Magento(shop.config, None)  # type: ignore[arg-type]
    assert provider.settle("export_products", ()) == provider.settle("export_prices", ()) == NotExecuted()


def test_parcels_are_told_once(shop: MagentoStand) -> None:
    order = shop.order()
    line = order["items"][0]["item_id"]
    first = parcel(order, "T1", **{f"_{line}": 1})
    assert shop.done("fulfil", first).external_id == shop.done("fulfil", first).external_id.lstrip("0")
    shop.done("fulfil", parcel(order, "T2"))
    shop.done("fulfil", parcel(order, "T3"))
    shipments = shop.shop["shipments"]
    assert [[track["track_number"] for track in item["tracks"]] for item in shipments] == [
        ["T1"],
        ["T2", "T3"],
    ]
    assert shop.sandbox.doubles() == []
    too_many = shop.call("fulfil", parcel(order, "T4", **{f"_{line}": 1}))
    assert "0 of 1 pieces of line" in too_many.message or "nothing left to ship" in too_many.message


def test_nothing_is_told_that_is_not_switched_on(sandbox: Sandbox, shop: MagentoStand) -> None:
    order = shop.order()
    off = dict.fromkeys(
        ("IsExportShipOrderEnabled", "IsExportInvoiceEnabled", "IsExportStatusEnabled"), False
    )
    stand = MagentoStand(sandbox, properties=off)
    update = StatusUpdate(reference="1", order_external_id=str(order["entity_id"]), status="Packed")
    asked = {"fulfil": parcel(order), "export_invoice": invoice_of(order), "update_order_status": update}
    for operation, request in asked.items():
        assert "is off" in stand.done(operation, request).message
    assert stand.sandbox.calls("magento") == []


def test_invoice_takes_the_money_once_and_refund_gives_it_back(shop: MagentoStand) -> None:
    order = shop.order()
    made = shop.done("export_invoice", invoice_of(order))
    assert made.external_id == shop.done("export_invoice", invoice_of(order)).external_id
    assert (shop.executed("capture"), shop.shop["invoices"][0]["grand_total"]) == (1, 1269)
    line = str(order["items"][0]["item_id"])
    asked = refund_of(order, "498.00", lines={line: 1}, shipping=nok("49.00"), pay_out=True, restock=True)
    assert shop.done("refund_order", asked).external_id == shop.done("refund_order", asked).external_id
    [memo] = shop.shop["creditmemos"]
    assert memo["grand_total"] == 498, "goods 499, freight 49, 50 less"
    assert shop.executed("refund") == 1
    everything = shop.call("refund_order", refund_of(order, "2000.00", reference="R2"))
    assert "The most money available to refund is 771." in everything.message


def test_statuses_and_cancellations(shop: MagentoStand) -> None:
    order = shop.order(state="processing", status="processing")
    number = str(order["entity_id"])
    update = StatusUpdate(reference="1", order_external_id=number, status="Packed", comment="On its way")
    shop.done("update_order_status", update)
    assert "already" in shop.done("update_order_status", update).message
    assert shop.executed("status") == 1
    strange = StatusUpdate(reference="1", order_external_id=number, status="Lost")
    assert "MagentoStatuses" in shop.call("update_order_status", strange).message
    held = StatusUpdate(reference="1", order_external_id=number, status="X", shop_status="holded")
    shop.done("update_order_status", held)
    assert isinstance(shop.call("fulfil", parcel(order)).error, Rejected)
    cancel = ShopCancellation(reference="1", order_external_id=number, reason="Out of stock", restock=False)
    assert "given the goods back" in shop.done("cancel_order", cancel).message
    shop.done("cancel_order", cancel)
    assert (shop.executed("cancel_order"), shop.shop["orders"][0]["state"]) == (1, "canceled")
    assert "cannot be invoiced" in shop.call("export_invoice", invoice_of(order)).message
    partly = shop.order()
    line = partly["items"][0]["item_id"]
    shop.control(f"/orders/{partly['entity_id']}/invoice", {"items": [{"order_item_id": line, "qty": 1}]})
    rest = ShopCancellation(reference="3", order_external_id=str(partly["entity_id"]))
    for _ in range(2):
        shop.done("cancel_order", rest)
    assert shop.executed("cancel_order") == 2
    paid = shop.order(paid=True)
    invoiced = ShopCancellation(reference="2", order_external_id=str(paid["entity_id"]))
    assert "refund it instead" in shop.call("cancel_order", invoiced).message


LEVELS = (
    StockLevel(sku="WOOL-M", quantity=Decimal(12), location="oslo"),
    StockLevel(sku="SOCK-42", quantity=Decimal(3)),
)


@pytest.mark.parametrize("is_async", [False, True])
def test_stock_by_source(sandbox: Sandbox, shop: MagentoStand, is_async: bool) -> None:
    shop.control("/products", {"products": [{"sku": "WOOL-M"}, {"sku": "SOCK-42"}]})
    shop.control("/queue", {"pending": 2})
    stand = MagentoStand(sandbox, properties={"IsAsync": is_async})
    stand.done("set_inventory", LEVELS)
    assert shop.shop["stock"] == {"WOOL-M oslo": 12, "SOCK-42 default": 3}
    read = stand.done("read_inventory", "", write=False)
    assert {(level.sku, level.location, level.quantity) for level in read.items} == {
        ("WOOL-M", "oslo", 12),
        ("SOCK-42", "default", 3),
    }
    lost = stand.call("set_inventory", (StockLevel(sku="WOOL-M", quantity=Decimal(1), location="mars"),))
    assert lost.ending is Ending.FAILED
    assert "mars" in lost.message or "Validation Failed" in lost.message


def test_a_queue_that_stands_still_is_no_success(sandbox: Sandbox, shop: MagentoStand) -> None:
    """And is found out later by looking at the levels."""
    shop.control("/products", {"products": [{"sku": "WOOL-M"}, {"sku": "SOCK-42"}]})
    shop.control("/queue", {"pending": 20})
    stand = MagentoStand(sandbox, properties={"IsAsync": True})
    first = stand.call("set_inventory", LEVELS)
    assert (first.ending, "async.operations.all" in first.message) == (Ending.UNKNOWN, True)
    assert stand.again(first).ending is Ending.SUCCEEDED
    assert shop.executed("set_stock") == 1


@pytest.mark.parametrize("is_async", [False, True])
def test_articles_and_prices(sandbox: Sandbox, shop: MagentoStand, is_async: bool) -> None:
    shop.control("/products", {"products": [{"sku": "A/1", "name": "Old", "price": 100}]})
    stand = MagentoStand(sandbox, properties={"IsAsync": is_async})
    articles = (
        ProductRecord(
            sku="A/1", name="New", price=nok("120.00"), weight_g=Decimal(450), fields={"season": "24"}
        ),
        ProductRecord(sku="B", name="Fresh", price=nok("80.00"), active=True),
        ProductRecord(sku="C", name="No price"),
    )
    states = [item.state for item in stand.done("export_products", articles).items]
    assert states == [ItemState.DONE, ItemState.DONE, ItemState.FAILED]
    again = stand.done("export_products", articles[:2])
    assert [item.state for item in again.items] == [ItemState.UNCHANGED, ItemState.UNCHANGED]
    first, second = shop.shop["products"]
    assert (first["name"], first["weight"], first["price"], second["type_id"]) == ("New", 0.45, 120, "simple")
    sale = (
        PriceRecord(sku="B", price=nok("60.00"), before=nok("80.00")),
        PriceRecord(sku="X", price=nok("1.00")),
    )
    told = {item.key: item.message for item in stand.done("export_prices", sale).items}
    assert told == {"B": "", "X": "Magento: Invalid attribute SKU = X."}
    assert [(price["sku"], price["price"]) for price in shop.shop["specials"]] == [("B", 60)]
    stand.done("export_prices", (PriceRecord(sku="B", price=nok("75.00")),))
    assert shop.shop["specials"] == []
    foreign = stand.done("export_prices", (PriceRecord(sku="B", price=nok("75.00"), includes_tax=False),))
    assert "PricesIncludeTax" in foreign.items[0].message
