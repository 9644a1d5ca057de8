"""Articles, their prices and their stock by source."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.magento.shop import Json, Refused, Shop, no_such, now_after, touch

_KEPT_APART = {"custom_attributes"}


def save_product(shop: Shop, sku: str, given: Json) -> Json:
    """Make or change an article; attributes that are not given stay."""
    known = shop.products.get(sku)
    if known is None:
        missing = [name for name in ("name", "price", "attribute_set_id") if given.get(name) is None]
        if missing:
            raise Refused('The "%1" attribute value is empty. Set the attribute and try again.', missing[:1])
        now = now_after()
        made = {"id": shop.new_id(), "sku": sku, "status": 1, "visibility": 4, "type_id": "simple"}
        known = shop.products[sku] = {**made, "created_at": now, "updated_at": now, "custom_attributes": []}
    known |= {name: value for name, value in given.items() if name not in _KEPT_APART}
    attributes = {one["attribute_code"]: one["value"] for one in known["custom_attributes"]}
    attributes |= {one["attribute_code"]: one["value"] for one in given.get("custom_attributes", [])}
    known["custom_attributes"] = [
        {"attribute_code": code, "value": text} for code, text in attributes.items()
    ]
    touch(known)
    shop.record("save_product", f"{sku} {shop.new_id()}", object=sku)
    return known


def product(shop: Shop, sku: str) -> Json:
    if sku not in shop.products:
        raise no_such("sku", sku)
    return shop.products[sku]


def save_stock(shop: Shop, rows: list[Json]) -> list[Any]:
    unknown = [row.get("source_code") for row in rows if row.get("source_code") not in shop.sources]
    if unknown:
        refusal = Refused("Validation Failed")
        message = 'Source with code "%code" does not exist'
        refusal.body["errors"] = [{"message": message, "parameters": {"code": code}} for code in unknown]
        raise refusal
    for row in rows:
        shop.stock[row["sku"], row["source_code"]] = dict(row)
    shop.record("set_stock", str(shop.new_id()))
    return []


def save_base_prices(shop: Shop, prices: list[Json]) -> list[Json]:
    """What is refused; the rest is taken."""
    refused = []
    for price in prices:
        known = shop.products.get(price["sku"])
        if known is None:
            refused.append(_invalid("SKU", price["sku"]))
        else:
            known["price"] = price["price"]
            touch(known)
    return refused


def save_special_prices(shop: Shop, prices: list[Json]) -> list[Json]:
    refused = []
    for price in prices:
        if price["sku"] not in shop.products:
            refused.append(_invalid("SKU", price["sku"]))
        else:
            shop.specials[price["sku"], int(price["store_id"])] = dict(price)
    return refused


def special_prices(shop: Shop, skus: list[str]) -> list[Json]:
    return [price for (sku, _), price in shop.specials.items() if sku in skus]


def end_special_prices(shop: Shop, prices: list[Json]) -> list[Json]:
    for price in prices:
        if shop.specials.get((price["sku"], int(price["store_id"]))) == price:
            del shop.specials[price["sku"], int(price["store_id"])]
    return []


def _invalid(field: str, value: Any) -> Json:
    return {"message": "Invalid attribute %fieldName = %fieldValue.", "parameters": [field, str(value)]}
