"""A variant of Front Systems (style and colour) as the articles that are sold: its sizes."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contracts.catalog import ProductRecord
from connectors.providers.frontsystems.api import Json, price_of, told
from connectors.providers.frontsystems.cursor import moment

_EXTRA = (
    *(
        "productid",
        "extid",
        "number",
        "variant",
        "groupname",
        "subgroupname",
        "color",
        "season",
        "gender",
        "tags",
    ),
    *("isstockproduct", "iswebavailable"),
)


def sizes_of(variant: Json, currency: str) -> Iterator[ProductRecord]:
    """One article for each size; sizes without GTIN cannot be sold."""
    price, when = variant.get("price"), told(variant, "upt")
    discontinued = variant.get("isdiscontinued")
    for size in variant.get("productsizes") or ():
        gtin = told(size, "gtin")
        if not gtin:
            continue
        options = {"Size": told(size, "label"), "Color": told(variant, "color")}
        yield ProductRecord(
            sku=gtin,
            external_id=told(size, "identity"),
            name=told(variant, "name"),
            description=told(variant, "description"),
            brand=told(variant, "brand"),
            gtin=gtin,
            category=told(variant, "groupname"),
            active=None if discontinued is None else not (discontinued or variant.get("isdeleted")),
            price=price_of(price, currency) if price else None,
            parent=told(variant, "extid") or told(variant, "productid"),
            options={name: text for name, text in options.items() if text},
            images=tuple(str(image) for image in variant.get("images") or () if image),
            modified_at=moment(when) if when else None,
            fields={name: variant[name] for name in _EXTRA if variant.get(name) not in (None, "")},
        )


def changed_at(product: ProductRecord) -> float:
    return product.modified_at.timestamp() if product.modified_at else 0.0
