"""What an operation gets, and what several of them need."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.shopify.shop import Json, Order, Shop


@dataclass(frozen=True, slots=True)
class Call:
    """`emit` sends a webhook about an order."""

    shop: Shop
    variables: Json
    emit: Callable[[Shop, str, Order], None]

    @property
    def order(self) -> Order | None:
        number = number_of(self.variables["id"])
        return self.shop.orders.get(int(number)) if number.isdecimal() else None


def gid(kind: str, number: Any) -> str:
    return f"gid://shopify/{kind}/{number}"


def number_of(id_: str) -> str:
    return id_.rpartition("/")[2]


def page(items: Sequence[Any], first: int, after: str | None, place: Callable[[Any], list[Any]]) -> Json:
    """The items behind the one that the cursor names by its place, whatever has changed since."""
    start = json.loads(base64.b64decode(after)) if after else None
    rest = [item for item in items if start is None or place(item) > start]
    nodes = rest[:first]
    cursor = base64.b64encode(json.dumps(place(nodes[-1])).encode()).decode() if nodes else None
    return {"pageInfo": {"hasNextPage": len(rest) > first, "endCursor": cursor}, "nodes": nodes}
