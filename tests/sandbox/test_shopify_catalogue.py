"""The simulated shop's products, prices and customers, read and written by the provider over real sockets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.calls import Ending
from connectors.contracts.catalog import ItemState, PriceRecord, ProductRecord
from connectors.sandbox import Sandbox
from tenants.money import Money
from tests.sandbox.shops import ShopStand

SWEATER = {
    "title": "Wool sweater",
    "vendor": "Nordstrikk",
    "variants": [
        {"sku": "WOOL-M", "price": "499.00", "options": {"Size": "M"}},
        {"sku": "WOOL-L", "price": "499.00", "options": {"Size": "L"}},
    ],
}


@pytest.fixture
def shop(sandbox: Sandbox) -> ShopStand:
    return ShopStand(sandbox)


def nok(amount: str) -> Money:
    return Money.of(amount, "NOK")


def told(shop: ShopStand, operation: str, *records: Any) -> list[tuple[str, ItemState]]:
    outcome = shop.perform(shop.prepared(operation, records))
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    return [(item.key, item.state) for item in outcome.result.items]


def read(shop: ShopStand, operation: str, cursor: str = "") -> Any:
    outcome = shop.perform(shop.prepared(operation, cursor, write=False))
    assert outcome.ending is Ending.SUCCEEDED, outcome.message
    return outcome.result


def products(shop: ShopStand) -> dict[str, Any]:
    return {item["handle"]: item for item in shop.control("")["products"]}


def test_products_come_by_change_and_each_variant_is_one(shop: ShopStand) -> None:
    shop.control("/products", {"products": [SWEATER, {"title": "Socks", "variants": [{"sku": "SOCK-42"}]}]})
    page = read(shop, "import_products")
    assert [(item.sku, item.name, item.options) for item in page.items] == [
        ("WOOL-M", "Wool sweater - M", {"Size": "M"}),
        ("WOOL-L", "Wool sweater - L", {"Size": "L"}),
        ("SOCK-42", "Socks", {}),
    ]
    assert (page.more, page.items[0].price, page.items[0].brand) == (False, nok("499.00"), "Nordstrikk")
    shop.control("/customers", {"customers": [{"email": "kari@example.com", "subscribed": True}]})
    (customer,) = read(shop, "import_customers").items
    assert (customer.email, customer.consents) == ("kari@example.com", {"email": True})


def test_what_is_there_is_changed_and_the_rest_made_once(shop: ShopStand) -> None:
    shop.control("/products", {"products": [SWEATER]})
    wool = ProductRecord(sku="WOOL-M", name="Ours", brand="Devold", gtin="7090", weight_g=Decimal(450))
    cap = ProductRecord(
        sku="CAP 1", name="Cap", price=nok("199.00"), active=True, images=("https://a.example/1",)
    )
    small = ProductRecord(sku="WOOL-S", name="S", parent="wool sweater", options={"Size": "S"})
    assert told(shop, "export_products", wool, cap, small) == [
        ("WOOL-M", ItemState.DONE),
        ("CAP 1", ItemState.DONE),
        ("WOOL-S", ItemState.DONE),
    ]
    there = products(shop)
    assert set(there) == {"wool-sweater", "cap-1"}
    assert [one["sku"] for one in there["wool-sweater"]["variants"]] == ["WOOL-M", "WOOL-L", "WOOL-S"]
    assert (there["wool-sweater"]["title"], there["wool-sweater"]["vendor"]) == ("Wool sweater", "Devold")
    assert there["wool-sweater"]["variants"][0]["barcode"] == "7090"
    assert {state for _, state in told(shop, "export_products", wool, cap, small)} == {ItemState.UNCHANGED}
    kept = replace(wool, brand="New", gtin="1", keep=frozenset({"brand"}))
    told(shop, "export_products", kept)
    after = products(shop)["wool-sweater"]
    assert (after["vendor"], after["variants"][0]["barcode"]) == ("Devold", "1")


def test_refusals_are_each_items_own(shop: ShopStand) -> None:
    shop.control("/products", {"products": [SWEATER, {"title": "Cap", "variants": [{"sku": "OTHER"}]}]})
    long = ProductRecord(sku="WOOL-M", name="x", brand="b" * 300)
    taken = ProductRecord(sku="CAP", name="Cap")
    unknown = ProductRecord(sku="WOOL-L", fields={"colour": "red"})
    nameless = ProductRecord(sku="NEW")
    outcome = shop.perform(shop.prepared("export_products", (long, taken, unknown, nameless)))
    assert [item.state for item in outcome.result.items] == [ItemState.FAILED] * 4
    for item, text in zip(
        outcome.result.items,
        ("too long", "Another product of Shopify has the handle cap", "no field colour", "It has no name"),
        strict=True,
    ):
        assert text in item.message


def test_prices_are_set_with_what_they_were_before(shop: ShopStand) -> None:
    shop.control("/products", {"products": [SWEATER]})
    sale = PriceRecord(sku="WOOL-M", price=nok("399.00"), before=nok("499.00"))
    foreign = PriceRecord(sku="WOOL-L", price=Money.of("50", "SEK"))
    assert told(shop, "export_prices", sale, foreign, replace(sale, sku="NONE")) == [
        ("WOOL-M", ItemState.DONE),
        ("WOOL-L", ItemState.FAILED),
        ("NONE", ItemState.FAILED),
    ]
    over = PriceRecord(sku="WOOL-M", price=nok("499.00"))
    assert told(shop, "export_prices", over) == [("WOOL-M", ItemState.DONE)]
    assert told(shop, "export_prices", over) == [("WOOL-M", ItemState.UNCHANGED)]
    variant = products(shop)["wool-sweater"]["variants"][0]
    assert (variant["price"], variant["compareAtPrice"]) == ("499.00", None)
