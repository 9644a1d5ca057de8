"""Products with their variants, and customers, as they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.shopify.call import Call, gid, number_of, page
from connectors.sandbox.shopify.shop import Json, Shop

_SINCE = re.compile(r"updated_at:>='?([^' ]+)'?")
_SKU = re.compile(r'sku:"((?:[^"\\]|\\.)*)"')


def read_products(call: Call) -> Json:
    answer = _changed_page(call, call.shop.products)
    answer["nodes"] = [shown(call.shop, node, 10, None) for node in answer["nodes"]]
    return {**_shop(call.shop), "products": answer}


def read_variants(call: Call) -> Json:
    product = call.shop.products.get(int(number_of(call.variables["id"])))
    return {"product": product and shown(call.shop, product, 100, call.variables.get("after"))}


def find_variants(call: Call) -> Json:
    """The search does not care for upper and lower case."""
    wanted = {re.sub(r"\\(.)", r"\1", sku).casefold() for sku in _SKU.findall(call.variables["query"])}
    found = [
        (product, variant)
        for product in call.shop.products.values()
        for variant in product["variants"]
        if (variant["sku"] or "").casefold() in wanted
    ]
    answer = page(found, 50, call.variables.get("after"), lambda pair: [pair[1]["number"]])
    answer["nodes"] = [
        {**variant_node(variant), "product": _product(product)} for product, variant in answer["nodes"]
    ]
    return {**_shop(call.shop), "productVariants": answer}


def find_handle(call: Call) -> Json:
    found = by_handle(call.shop, call.variables["identifier"]["handle"])
    return {"productByIdentifier": found and shown(call.shop, found, 100, None)}


def read_customers(call: Call) -> Json:
    return {"customers": _changed_page(call, call.shop.customers)}


def shown_products(shop: Shop) -> list[Json]:
    return [
        {**_product(product), "variants": [variant_node(item) for item in product["variants"]]}
        for product in shop.products.values()
    ]


def _changed_page(call: Call, rows: Mapping[int, Json]) -> Json:
    """Oldest change first; the only search term is a time of change."""
    found = _SINCE.search(call.variables.get("query") or "")
    since = _moment(found[1]) if found else None
    ordered = sorted(rows.values(), key=_place)
    changed = [row for row in ordered if since is None or _moment(row["updated"]) >= since]
    return page(changed, call.variables["first"], call.variables.get("after"), _place)


def _place(row: Json) -> list[Any]:
    return [row["updated"], row["number"]]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _shop(shop: Shop) -> Json:
    return {"shop": {"currencyCode": shop.currency, "taxesIncluded": True}}


def shown(shop: Shop, product: Json, first: int, after: str | None) -> Json:
    answer = page(product["variants"], first, after, lambda variant: [variant["number"]])
    answer["nodes"] = [variant_node(variant) for variant in answer["nodes"]]
    return {**_product(product), "variants": answer}


def _product(product: Json) -> Json:
    told = {name: value for name, value in product.items() if name not in {"variants", "number", "updated"}}
    single = len(product["variants"]) == 1 and product["variants"][0]["options"] == {"Title": "Default Title"}
    return {
        **told,
        "id": gid("Product", product["number"]),
        "legacyResourceId": str(product["number"]),
        "onlineStoreUrl": None,
        "updatedAt": product["updated"],
        "hasOnlyDefaultVariant": single,
    }


def variant_node(variant: Json) -> Json:
    options = variant["options"]
    return {
        "id": gid("ProductVariant", variant["number"]),
        "legacyResourceId": str(variant["number"]),
        "sku": variant["sku"],
        "title": " / ".join(options.values()),
        "barcode": variant["barcode"],
        "price": variant["price"],
        "compareAtPrice": variant["compareAtPrice"],
        "selectedOptions": [{"name": name, "value": value} for name, value in options.items()],
        "inventoryItem": {
            "id": gid("InventoryItem", variant["item"]),
            "measurement": {"weight": variant["weight"]},
        },
    }


def by_handle(shop: Shop, handle: str) -> Json | None:
    return next((product for product in shop.products.values() if product["handle"] == handle), None)
