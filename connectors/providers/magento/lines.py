"""Which of an order's lines are what the shopper bought: Magento lists a configurable product and its variant, a bundle and
its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.providers.magento.amounts import amount

Json = Mapping[str, Any]


def chosen_lines(order: Json) -> list[Json]:
    """The lines that carry price and quantity: what a shopper chose, and of a bundle that is priced by its parts those."""
    items: list[Json] = list(order["items"])
    by_parent = _children(items)
    found: list[Json] = []
    for item in items:
        if item.get("parent_item_id"):
            continue
        parts = by_parent.get(int(item["item_id"]), [])
        priced = item.get("product_type") == "bundle" and any(amount(part, "row_total") for part in parts)
        found += parts if priced else [item]
    return found


def products_of(orders: Sequence[Json]) -> set[str]:
    """The ids of the articles behind the lines of some orders."""
    items = [(item, order) for order in orders for item in chosen_lines(order)]
    ids = {article_of(item, order).get("product_id") for item, order in items}
    return {str(number) for number in ids if number}


def _children(items: Sequence[Json]) -> dict[int, list[Json]]:
    found: dict[int, list[Json]] = {}
    for item in items:
        if item.get("parent_item_id"):
            found.setdefault(int(item["parent_item_id"]), []).append(item)
    return found


def article_of(item: Json, order: Json) -> Json:
    """The variant behind the line of a configurable product, which is a line of its own; else the line itself."""
    parts = _children(order["items"]).get(int(item["item_id"]), [])
    return parts[0] if item.get("product_type") == "configurable" and parts else item


def contents_of(item: Json, order: Json) -> dict[str, Any]:
    """What is in a bundle that has one price, for whoever packs it."""
    parts = _children(order["items"]).get(int(item["item_id"]), [])
    if item.get("product_type") != "bundle" or not parts:
        return {}
    return {"Contents": ", ".join(f"{amount(part, 'qty_ordered'):f} x {part['sku']}" for part in parts)}
