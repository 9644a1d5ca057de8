"""Answers of Shopify to the provider's questions, for tests of what it does next."""

from __future__ import annotations

from typing import Any

from tests.contract.fixtures import fixture


def data(name: str, value: Any) -> dict[str, Any]:
    return {"data": {name: value}}


def _answer(scenario: str, number: int) -> dict[str, Any]:
    found = fixture("shopify")["scenarios"][scenario]["exchanges"][number]["answer"]["body"]
    assert isinstance(found, dict)
    return found


ITEMS = _answer("set inventory", 0)
LOCATIONS = _answer("set inventory", 1)
STOCK_SET = _answer("set inventory", 2)
CREATED = _answer("fulfil", 1)
#: No order has changed.
NOW = _answer("import nothing", 0)["data"]


def made(number: int, tracking: str, status: str = "SUCCESS", **lines: int) -> dict[str, Any]:
    """A fulfilment; `lines` are pieces by the order line's number after an underscore."""
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "status": status,
        "trackingInfo": [{"number": tracking}],
        "fulfillmentLineItems": _page(
            {"quantity": pieces, "lineItem": {"id": f"gid://shopify/LineItem/{line[1:]}"}}
            for line, pieces in lines.items()
        ),
    }


def fulfilment_order(
    number: int = 2001, *, location: int = 55, held: bool = False, **lines: int
) -> dict[str, Any]:
    """A fulfilment order with what remains of its lines."""
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": "ON_HOLD" if held else "OPEN",
        "assignedLocation": {"name": "Oslo", "location": {"id": f"gid://shopify/Location/{location}"}},
        "supportedActions": [{"action": "RELEASE_HOLD" if held else "CREATE_FULFILLMENT"}],
        "lineItems": _page(
            {
                "id": f"gid://shopify/FulfillmentOrderLineItem/{number}{index}",
                "remainingQuantity": pieces,
                "lineItem": {"id": f"gid://shopify/LineItem/{line[1:]}"},
            }
            for index, (line, pieces) in enumerate(lines.items())
        ),
    }


def state(*orders: dict[str, Any], made: Any = (), cancelled: str | None = None) -> dict[str, Any]:
    """An order's fulfilments and fulfilment orders; by default two pieces of line 71001 are open."""
    nodes = list(orders) or [fulfilment_order(_71001=2)]
    order = {
        "name": "#1001",
        "cancelledAt": cancelled,
        "fulfillments": list(made),
        "fulfillmentOrders": {"nodes": nodes},
    }
    return data("order", order)


def _page(nodes: Any) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": False}, "nodes": list(nodes)}
