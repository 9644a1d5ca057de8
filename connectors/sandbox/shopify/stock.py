"""Inventory items and what is available of them."""

from __future__ import annotations

import re

from connectors.sandbox.shopify.call import Call, gid, number_of, page
from connectors.sandbox.shopify.shop import Json, Shop

_FIELDS = {"INVALID_INVENTORY_ITEM": "inventoryItemId", "COMPARE_QUANTITY_REQUIRED": "changeFromQuantity"}
_SKU = re.compile(r'sku:"((?:[^"\\]|\\.)*)"')


def find_items(call: Call) -> Json:
    """The search does not care for upper and lower case."""
    wanted = {re.sub(r"\\(.)", r"\1", sku).casefold() for sku in _SKU.findall(call.variables["query"])}
    found = [(sku, number) for sku, number in call.shop.items.items() if sku.casefold() in wanted]
    answer = page(found, 100, call.variables.get("after"), lambda item: [item[1]])
    answer["nodes"] = [_item(call.shop, sku, number) for sku, number in answer["nodes"]]
    return {"inventoryItems": answer}


def set_stock(call: Call) -> Json:
    """All rows or none."""
    shop, rows = call.shop, call.variables["input"]["quantities"]
    for index, row in enumerate(rows):
        refusal = _refusal(shop, row)
        if refusal:
            return refused(
                *refusal, field=["input", "quantities", str(index), _FIELDS.get(refusal[0], "locationId")]
            )
    for row in rows:
        shop.levels[_place(row)] = row["quantity"]
    key, number = call.variables["idempotencyKey"], shop.new_id()
    shop.record("set_stock", key, key=key, object=str(number))
    group = {"id": gid("InventoryAdjustmentGroup", number)}
    return {"inventorySetQuantities": {"inventoryAdjustmentGroup": group, "userErrors": []}}


def refused(code: str, message: str, *, field: list[str] | None = None) -> Json:
    error = {"code": code, "field": field, "message": message}
    return {"inventorySetQuantities": {"inventoryAdjustmentGroup": None, "userErrors": [error]}}


def _refusal(shop: Shop, row: Json) -> tuple[str, str] | None:
    item, location = _place(row)
    if item not in shop.items.values():
        return "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found."
    if location not in shop.locations:
        return "INVALID_LOCATION", "The specified location could not be found."
    if (item, location) not in shop.levels:
        return "ITEM_NOT_STOCKED_AT_LOCATION", "The specified inventory item is not stocked at the location."
    if "changeFromQuantity" not in row:
        return "COMPARE_QUANTITY_REQUIRED", "The changeFromQuantity has to be given."
    return None


def _item(shop: Shop, sku: str, number: int) -> Json:
    levels = [
        {
            "location": {"id": gid("Location", location)},
            "quantities": [{"name": "available", "quantity": available}],
        }
        for (item, location), available in shop.levels.items()
        if item == number
    ]
    return {"id": gid("InventoryItem", number), "sku": sku, "inventoryLevels": {"nodes": levels}}


def _place(row: Json) -> tuple[int, int]:
    return int(number_of(row["inventoryItemId"])), int(number_of(row["locationId"]))
