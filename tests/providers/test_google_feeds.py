"""Google feeds: what a product becomes in the file, what is missing, and which settings are refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from connectors.contracts.feeds import FeedFile, FeedProduct
from connectors.providers.google_feeds import GoogleFeeds
from connectors.schema import SettingsError

SETTINGS = {
    "Market": "NOR",
    "Language": "no",
    "Currency": "NOK",
    "ShopUrl": "https://shop.example.com",
    "LinkTemplate": "https://shop.example.com/{language}/p/{sku}",
}
PRODUCT = FeedProduct(
    sku="WOOL M/1",
    name="Wool sweater",
    price=Decimal("499.000"),
    currency="NOK",
    available=Decimal(3),
    properties={
        "Description": "Warm & <b>soft</b>",
        "Image": "https://img.example.com/wool sweater.jpg",
        "Brand": "Nordic",
        "EAN": "7038010000096",
    },
)
_G = "{http://base.google.com/ns/1.0}"


def feed(mapping: Any = (), columns: Any = None, **settings: Any) -> FeedFile:
    values = GoogleFeeds.settings.compile(columns or {}, {**SETTINGS, **settings})
    return GoogleFeeds.feed_of(SimpleNamespace(values=values, field_mapping=tuple(mapping)))


def made(product: FeedProduct = PRODUCT, **options: Any) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The item's attributes, and the remarks as (attribute, text)."""
    item = feed(**options).writer.item(product)
    remarks = [(remark.attribute, remark.message) for remark in item.remarks]
    if not item.text:
        return {}, remarks
    head, tail = feed().writer.head(), feed().writer.tail()
    (element,) = ElementTree.fromstring((head + item.text + tail).encode()).iterfind("channel/item")
    return {child.tag.removeprefix(_G): "".join(child.itertext()) for child in element}, remarks


def having(**properties: Any) -> FeedProduct:
    return replace(PRODUCT, properties={**PRODUCT.properties, **properties})


def test_a_complete_product() -> None:
    item, remarks = made(Shipping="NO::Standard:49.00 NOK")
    assert item == {
        "id": "WOOL M/1",
        "title": "Wool sweater",
        "description": "Warm & soft",
        "link": "https://shop.example.com/no/p/WOOL%20M%2F1",
        "image_link": "https://img.example.com/wool%20sweater.jpg",
        "availability": "in_stock",
        "price": "499.00 NOK",
        "shipping": "NOStandard49.00 NOK",
        "condition": "new",
        "brand": "Nordic",
        "gtin": "7038010000096",
    }
    assert remarks == [("description", "markup was taken out"), ("image_link", "spaces were encoded")]


def test_a_text_of_brackets_that_nobody_closes_is_read_at_once() -> None:
    """A search that began anew at each of them would keep the worker for half an hour."""
    item, _ = made(having(Description="<a" * 500_000))
    assert item["description"].startswith("<a<a")


def test_values_of_the_feeds_own_language_market_and_currency() -> None:
    product = having(
        Texts={
            "Title": {"no": "Ullgenser", "sv": "Ylletröja"},
            "Body": {"SWE": "På svenska", "NOR": "På norsk"},
        },
        Price={"SEK": 529, "NOK": "479"},
    )
    mapping = [("Texts.Title", "title"), ("Texts.Body", "Description")]
    item, _ = made(product, mapping=mapping)
    assert (item["title"], item["description"], item["price"]) == ("Ullgenser", "På norsk", "479.00 NOK")
    item, _ = made(product, mapping=mapping, Language="sv", Market="SWE", Currency="SEK")
    assert (item["title"], item["description"], item["price"]) == ("Ylletröja", "På svenska", "529.00 SEK")


@pytest.mark.parametrize(
    ("product", "attribute", "told"),
    [
        (replace(PRODUCT, name=""), "title", "is missing"),
        (replace(PRODUCT, price=None), "price", "is missing"),
        (replace(PRODUCT, price=Decimal(0)), "price", "not above zero"),
        (replace(PRODUCT, currency="SEK"), "price", "the price is in SEK, the feed in NOK"),
        (replace(PRODUCT, sku="X" * 51), "id", "longer than 50"),
        (having(Description="<br/>"), "description", "is empty once markup"),
        (having(Image="wool.jpg"), "image_link", "is no web address"),
        (having(Image=None), "image_link", "is missing"),
        (having(Price="499 EUR"), "price", "is in EUR"),
        (having(Availability="preorder"), "availability_date", "is missing"),
    ],
)
def test_what_a_required_value_lacks_leaves_the_product_out(
    product: FeedProduct, attribute: str, told: str
) -> None:
    item, remarks = made(product)
    assert item == {}
    assert any(name == attribute and told in text for name, text in remarks), remarks


@pytest.mark.parametrize(
    ("properties", "attribute", "told"),
    [
        ({"EAN": "7038010000097"}, "gtin", "wrong check digit"),
        ({"EAN": "12345"}, "gtin", "has not 8, 12, 13 or 14 digits"),
        ({"Gender": "men"}, "gender", "none of male, female, unisex"),
        ({"Weight": "2 stone"}, "shipping_weight", "no number with one of"),
        ({"SalePrice": "0"}, "sale_price", "not above zero"),
        ({"Brand": None}, "brand", "new goods need a brand"),
    ],
)
def test_what_is_wrong_with_an_optional_value_is_told_and_left_away(
    properties: dict[str, Any], attribute: str, told: str
) -> None:
    item, remarks = made(having(**properties))
    assert item
    assert attribute not in item
    assert any(name == attribute and told in text for name, text in remarks), remarks


def test_goods_without_any_number_say_so() -> None:
    item, remarks = made(having(EAN=None))
    assert item["identifier_exists"] == "no"
    assert [name for name, _ in remarks if name == "gtin"] == ["gtin"]
    item, _ = made(having(EAN=None, MPN="W-1"))
    assert (item["mpn"], "identifier_exists" in item) == ("W-1", False)


def test_sold_out_and_coming() -> None:
    empty = replace(having(AvailabilityDate="2026-12-24"), available=Decimal(-1))
    assert made(empty)[0]["availability"] == "out_of_stock"
    item, _ = made(empty, SoldOut="backorder")
    assert (item["availability"], item["availability_date"]) == ("backorder", "2026-12-24")


def test_a_title_that_is_too_long_is_cut_after_a_word() -> None:
    item, remarks = made(replace(PRODUCT, name="wool " * 40))
    assert len(item["title"]) <= 150
    assert item["title"].endswith("wool")
    assert ("title", "was cut from 199 to 150 characters") in remarks


def test_text_with_tabs_has_one_line_a_product() -> None:
    product = having(
        Description="Two\nlines\tand a tab", Images=["https://a.example/1,2.jpg", "https://a.example/3.jpg"]
    )
    writer = feed(Format="tsv", Shipping="NO:::49 NOK").writer
    columns, row = (text.rstrip("\n").split("\t") for text in (writer.head(), writer.item(product).text))
    given = {name: text for name, text in zip(columns, row, strict=True) if text}
    assert given["description"] == "Two lines and a tab"
    assert given["additional_image_link"] == "https://a.example/1%2C2.jpg,https://a.example/3.jpg"
    assert (given["shipping"], given["price"]) == ("NO:::49 NOK", "499.00 NOK")


def test_nothing_breaks_the_xml() -> None:
    item, _ = made(replace(having(Brand="A\x00<&>\ud800"), name="]]> \x0b & co"))
    assert (item["title"], item["brand"]) == ("]]> & co", "A<&>")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"Language": "norsk"}, "Language: must be two letters"),
        ({"Currency": "kr"}, "Currency: must be three letters"),
        ({"Format": "JSON"}, "Format: must be one of XML, TSV"),
        ({"LinkTemplate": "https://{sku}.example.com/"}, "Link template: must be a web address"),
        ({"LinkTemplate": "https://shop.example.com/{sku"}, "Link template: must be a web address"),
        ({"Shipping": "Norway 49"}, "Shipping: must be country:region:service:price"),
        ({"Shipping": "NO:::49 SEK"}, "Shipping: 49 SEK is no amount in NOK"),
        ({"DataSourceId": "101"}, "to tell Google of new files enter Merchant account"),
        ({"Market": ""}, "Market: is missing"),
    ],
)
def test_settings_that_cannot_be_used(settings: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        feed(**settings)
