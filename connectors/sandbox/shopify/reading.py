"""Operations that read a shop, its orders and its locations."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from connectors.sandbox.shopify import nodes
from connectors.sandbox.shopify.call import Call, gid, page
from connectors.sandbox.shopify.shop import Json, Order, Shop

_SINCE = re.compile(r"updated_at:>='?([^' ]+)'?")


def check_shop(call: Call) -> Json:
    shop = call.shop
    return {
        "shop": {
            "id": gid("Shop", 1),
            "name": shop.name.title(),
            "myshopifyDomain": shop.domain,
            "currencyCode": shop.currency,
        }
    }


def read_orders(call: Call) -> Json:
    """Oldest change first; the only search term is a time of change."""
    found = _SINCE.search(call.variables.get("query") or "")
    orders = sorted(call.shop.orders.values(), key=_place)
    changed = [order for order in orders if not found or _changed(order) >= _moment(found[1])]
    asked = call.variables
    answer = page(changed, asked["first"], asked.get("after"), lambda order: list(_place(order)))
    answer["nodes"] = [_with_lines(call.shop, order, 50, None) for order in answer["nodes"]]
    return {"orders": answer}


def read_order_lines(call: Call) -> Json:
    order = call.order
    return {"order": order and _with_lines(call.shop, order, 100, call.variables.get("after"))}


def read_locations(call: Call) -> Json:
    known = call.shop.locations.items()
    return {"locations": {"nodes": [{"id": gid("Location", number), "name": name} for number, name in known]}}


def read_fulfilments(call: Call) -> Json:
    order = call.order
    return {"order": order and nodes.order_node(call.shop, order)}


def _place(order: Order) -> tuple[str, int]:
    return _changed(order).isoformat(), order.body["id"]


def _changed(order: Order) -> datetime:
    return _moment(order.body["updated_at"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _with_lines(shop: Shop, order: Order, first: int, after: str | None) -> Json:
    numbered = list(enumerate(order.body["line_items"]))
    answer = page(numbered, first, after, lambda item: [item[0]])
    answer["nodes"] = [nodes.line_node(order.body, line) for _, line in answer["nodes"]]
    return {**nodes.order_node(shop, order), "lineItems": answer}
