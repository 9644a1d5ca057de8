from __future__ import annotations

from decimal import Decimal

from connectors.contracts.ecommerce import ImportedLine
from connectors.field_mapping import mapped, with_mapping
from tenants.money import Money

FIELDS = {
    "sku": "W-1",
    "title": "Sweater",
    "variantTitle": "M",
    "vendor": "Nordstrikk",
    "gift": False,
    "barcode": "",
}
LINE = ImportedLine(
    sku="W-1",
    name="Sweater - M",
    quantity=Decimal(1),
    unit_price=Money.of(10, "NOK"),
    discount=Money.zero("NOK"),
    tax_rate=Decimal(25),
    properties={"Engraving": "K"},
)


def test_names_compare_without_case_spaces_and_underscores() -> None:
    rows = (("Brand", "VENDOR"), ("Size", "variant_title"), ("Gift", "Gift"))
    assert mapped(rows, FIELDS) == {"Brand": "Nordstrikk", "Size": "M", "Gift": False}


def test_what_the_shop_does_not_tell_changes_nothing() -> None:
    rows = (("SkuId", "barcode"), ("Name", "subtitle"))
    assert mapped(rows, FIELDS) == {}
    assert with_mapping(LINE, rows, FIELDS) == LINE


def test_sku_and_name_go_where_they_belong_and_the_rest_to_the_properties() -> None:
    rows = (("SkuId", "variantTitle"), ("Name", "title"), ("Brand", "vendor"), ("Engraving", "sku"))
    line = with_mapping(LINE, rows, FIELDS)
    assert (line.sku, line.name) == ("M", "Sweater")
    assert line.properties == {"Brand": "Nordstrikk", "Engraving": "W-1"}
    assert (line.quantity, line.unit_price) == (LINE.quantity, LINE.unit_price)
