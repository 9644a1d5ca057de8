"""A Magento shop: the ways to log in, and the orders that come in from it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.client import open_door
from connectors.errors import Misconfigured
from connectors.providers.magento import Magento
from connectors.sandbox import Sandbox, start
from tests.providers.magento_stage import COLUMNS, MagentoStand


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with start() as running:
        yield running


@pytest.fixture
def shop(sandbox: Sandbox) -> MagentoStand:
    sandbox.reset()
    return MagentoStand(sandbox)


def line_sum(order: Any) -> Decimal:
    lines = sum(line.quantity * line.unit_price.amount - line.discount.amount for line in order.lines)
    return Decimal(lines) + order.shipping_total.amount


def test_each_way_to_log_in(sandbox: Sandbox, shop: MagentoStand) -> None:
    shop.order()
    admin = {
        "columns": {"username": "hub", "password": "secret-of-hub"},
        "properties": {"Authentication": "Admin"},
    }
    for ways in ({}, {"properties": {"Authentication": "Bearer"}}, admin):
        stand = MagentoStand(sandbox, **ways)
        assert len(stand.imported()) == 1
    sandbox.control("POST", "magento/login", {"expire": True})
    assert len(stand.imported()) == 1, "a token that was refused is replaced"


def test_what_is_wrong_with_a_login_is_told(sandbox: Sandbox, shop: MagentoStand) -> None:
    bearer = MagentoStand(sandbox, properties={"Authentication": "Bearer"})
    sandbox.control("POST", "magento/login", {"bearers": False})
    refused = bearer.call("import_orders", "", write=False)
    assert isinstance(refused.error, Misconfigured)
    assert "standalone" not in refused.message or "Bearer" in refused.message
    assert "Magento_Sales::actions_view" in refused.message
    forged = MagentoStand(sandbox, properties={"AccessTokenSecret": "another"})
    assert (
        "check Consumer Secret and AccessTokenSecret" in forged.call("import_orders", "", write=False).message
    )
    wrong = {"columns": {"username": "hub", "password": "wrong"}, "properties": {"Authentication": "Admin"}}
    assert isinstance(
        MagentoStand(sandbox, **wrong).call("import_orders", "", write=False).error, Misconfigured
    )


@pytest.mark.parametrize(
    ("columns", "properties", "told"),
    [
        ({"host": "https://shop.example/"}, {}, "https://shop.example/rest/all"),
        (
            {"host": "https://shop.example/magento/rest"},
            {"StoreView": "sv"},
            "https://shop.example/magento/rest/sv",
        ),
        ({"host": "https://shop.example/rest/default/V1"}, {}, "https://shop.example/rest/default"),
        ({"host": "https://na1.api.commerce.adobe.com/t1"}, {}, "Adobe IMS"),
        ({"host": "https://shop.example/rest/default/V1/orders"}, {}, "enter only the shop's address"),
        (
            {"client_app_id": ""},
            {},
            "Authentication is OAuth, which needs Consumer Key; .* to Bearer or Admin",
        ),
        ({}, {"Authentication": "Admin"}, "needs Username, Password"),
    ],
)
def test_the_address_and_what_a_login_needs(columns: Any, properties: Any, told: str) -> None:
    given = {**COLUMNS, "host": "https://shop.example", **columns}
    values = Magento.settings.compile(given, {"AccessTokenSecret": "ts", **properties})
    if told.startswith("https://"):
        assert Magento.own_host(values) == told
    else:
        with pytest.raises(Misconfigured, match=told):
            Magento.own_host(values)


def test_a_store_view_that_the_shop_does_not_have(sandbox: Sandbox, shop: MagentoStand) -> None:
    for view, is_there in (("all", True), ("sv", True), ("mars", False)):
        stand = MagentoStand(sandbox, properties={"StoreView": view})
        prepared = stand.prepared("check", None, write=False)
        provider = Magento(stand.config, open_door(stand.config, stand.ports, prepared, None))
        if is_there:
            assert provider.test_connection()["code"] == ("sv" if view == "sv" else "default")
        else:
            with pytest.raises(Misconfigured, match=r"no store view mars; .* default, sv"):
                provider.test_connection()


def test_orders_add_up_and_wait_for_their_payment(shop: MagentoStand) -> None:
    placed = shop.order()
    waiting = shop.order(state="pending_payment", status="pending_payment")
    [order] = shop.imported()
    assert (order.external_id, order.number) == (str(placed["entity_id"]), placed["increment_id"])
    assert [(line.sku, line.quantity, str(line.unit_price)) for line in order.lines] == [
        ("WOOL-M", 2, "499.00 NOK"),
        ("SOCK-42", 1, "252.00 NOK"),
    ]
    assert line_sum(order) == order.total.amount == Decimal("1269.00")
    assert [str(line.tax_rate) for line in order.lines] == ["25", "25"]
    shop.control(f"/orders/{waiting['entity_id']}", {"state": "processing", "status": "processing"})
    assert len(shop.imported()) == 2


def test_no_order_is_left_out_where_pages_shift(sandbox: Sandbox, shop: MagentoStand) -> None:
    """An order on a page that was read is changed meanwhile: what moves up a place is still met."""
    numbers = [
        shop.order(updated_at=f"2026-11-20 10:00:0{second}")["entity_id"] for second in (1, 2, 2, 2, 3, 4)
    ]
    stand = MagentoStand(sandbox, properties={"PageSize": 2})
    page = stand.done("import_orders", "", write=False)
    shop.control(f"/orders/{numbers[0]}", {"customer_note": "Ring twice"})
    met = [order.external_id for order in page.items] + [
        order.external_id for order in stand.imported(page.cursor)
    ]
    assert set(met) == {str(number) for number in numbers}
    last = stand.imported('{"since": "2026-11-20 10:00:04"}')
    assert len(last) >= 6, "a run looks two minutes back"


def test_pieces_that_were_called_off_are_not_taken(shop: MagentoStand) -> None:
    placed = shop.order()
    number = placed["entity_id"]
    shop.control(
        f"/orders/{number}/invoice", {"items": [{"order_item_id": placed["items"][0]["item_id"], "qty": 1}]}
    )
    shop.control(f"/orders/{number}/cancel")
    [order] = shop.imported()
    assert not order.cancelled
    assert [(line.sku, line.quantity) for line in order.lines] == [("WOOL-M", 1)]
    assert line_sum(order) == order.total.amount == Decimal("548.00")


def test_own_skus_in_the_place_of_those_with_options(sandbox: Sandbox, shop: MagentoStand) -> None:
    shop.control("/products", {"products": [{"sku": "SOCK-42"}]})
    order = shop.order(lines=[{"sku": "SOCK-42", "price": "252.00"}])
    order["items"][0]["sku"] = "SOCK-42-gift"
    shop.control(f"/orders/{order['entity_id']}", {"items": order["items"]})
    [plain] = shop.imported()
    [own] = MagentoStand(sandbox, properties={"IsMagentoSkuModifiedByOptions": True}).imported()
    assert (plain.lines[0].sku, own.lines[0].sku) == ("SOCK-42-gift", "SOCK-42")


def test_the_shipping_method_that_was_chosen_inside_klarna(sandbox: Sandbox, shop: MagentoStand) -> None:
    asked = {"IsShipmentMethodInKlarnaExtensions": True, "KlarnaShippingAttribute": "kss"}
    shop.order(extension_attributes={"kss": {"id": "box-1", "name": "Parcel box"}})
    [order] = MagentoStand(sandbox, properties=asked).imported()
    assert order.shipping_method == "Parcel box"
    with pytest.raises(Misconfigured, match="KlarnaShippingAttribute has to name"):
        MagentoStand(sandbox, properties={**asked, "KlarnaShippingAttribute": ""}).imported()
