"""Google's product data rules, as far as a file is judged by them before anybody fetches it.

Product data specification: support.google.com/merchants/answer/7052112, read on 2026-11-26. Lengths are in characters.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.providers.google_feeds import values
from connectors.providers.google_feeds.values import Reader


@dataclass(frozen=True, slots=True)
class Attribute:
    """`read` turns what a product has into what the file says. What is `required` and not there leaves the product out;
    `names` are properties that merchants keep it under besides the attribute's own name; `most` is how often it may
    stand in an item."""

    name: str
    read: Reader
    required: bool = False
    names: tuple[str, ...] = ()
    most: int = 1


def words(*allowed: str) -> Reader:
    return values.one_of(allowed)


_YES_NO = words("yes", "no")
_UNITS_OF_WEIGHT = ("lb", "oz", "g", "kg")
_UNITS_OF_MEASURE = ("oz", "lb", "mg", "g", "kg", "ml", "cl", "l", "cbm", "cm", "m", "sqm", "ct", "pcs")

#: In the order in which they stand in the file. id, link, image_link, availability, price and shipping are made by `items`.
OPTIONAL: tuple[Attribute, ...] = (
    Attribute("additional_image_link", values.address, names=("Images", "ImageLinks"), most=10),
    Attribute("sale_price", values.price),
    Attribute("sale_price_effective_date", values.period),
    Attribute("cost_of_goods_sold", values.price),
    Attribute("unit_pricing_measure", values.measure(_UNITS_OF_MEASURE)),
    Attribute("unit_pricing_base_measure", values.measure(_UNITS_OF_MEASURE)),
    Attribute("google_product_category", values.text(750), names=("GoogleCategory",)),
    Attribute("product_type", values.text(750), names=("Category",)),
    Attribute("multipack", values.whole),
    Attribute("is_bundle", _YES_NO),
    Attribute("adult", _YES_NO),
    Attribute("age_group", words("newborn", "infant", "toddler", "kids", "adult")),
    Attribute("gender", words("male", "female", "unisex")),
    Attribute("color", values.text(100), names=("Colour",)),
    Attribute("size", values.text(100)),
    Attribute("size_type", words("regular", "petite", "maternity", "big", "tall", "plus")),
    Attribute("size_system", words("US", "UK", "EU", "DE", "FR", "JP", "CN", "IT", "BR", "MEX", "AU")),
    Attribute("material", values.text(200)),
    Attribute("pattern", values.text(100)),
    Attribute("item_group_id", values.text(50), names=("ParentSku", "GroupId")),
    Attribute("energy_efficiency_class", words("A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G")),
    Attribute("shipping_weight", values.measure(_UNITS_OF_WEIGHT), names=("Weight",)),
    Attribute("shipping_label", values.text(100)),
    Attribute("mobile_link", values.address),
    *(Attribute(f"custom_label_{number}", values.text(100)) for number in range(5)),
)

TITLE = Attribute("title", values.text(150), required=True, names=("Name",))
DESCRIPTION = Attribute("description", values.text(5000), required=True)
IMAGE = Attribute("image_link", values.address, required=True, names=("Image", "ImageUrl", "Images"))
LINK = Attribute("link", values.address, required=True)
PRICE = Attribute("price", values.price, required=True)
AVAILABILITY = Attribute("availability", words("in_stock", "out_of_stock", "preorder", "backorder"))
AVAILABILITY_DATE = Attribute("availability_date", values.moment)
CONDITION = Attribute("condition", words("new", "refurbished", "used"))
BRAND = Attribute("brand", values.text(70), names=("Manufacturer",))
GTIN = Attribute("gtin", values.gtin, names=("Ean", "Barcode", "Upc"))
MPN = Attribute("mpn", values.text(70), names=("ManufacturerPartNumber",))
IDENTIFIER_EXISTS = Attribute("identifier_exists", _YES_NO)

ALL = (
    TITLE,
    DESCRIPTION,
    LINK,
    IMAGE,
    AVAILABILITY,
    AVAILABILITY_DATE,
    PRICE,
    CONDITION,
    BRAND,
    GTIN,
    MPN,
    IDENTIFIER_EXISTS,
    *OPTIONAL,
)

#: What a Field Mapping may name.
NAMES: frozenset[str] = frozenset(attribute.name for attribute in ALL)
