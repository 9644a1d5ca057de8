"""Stock levels: which inventory item and location a level means, and the rows that set it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contracts.erp import StockLevel
from connectors.errors import Misconfigured, Rejected
from connectors.providers.shopify import queries
from connectors.providers.shopify.payments import number_of

Json = Mapping[str, Any]
Ask = Callable[..., Json]

#: Rows of one mutation, and SKUs of one search.
ROWS, SKUS = 250, 40
_ROW = re.compile(r"quantities\.(\d+)")


@dataclass(frozen=True, slots=True)
class Row:
    """Ids are Shopify's own, with gid://."""

    sku: str
    item: str
    location: str
    quantity: int

    @property
    def input(self) -> dict[str, Any]:
        """Without a word about the quantity before: what we say is the truth."""
        return {
            "inventoryItemId": self.item,
            "locationId": self.location,
            "quantity": self.quantity,
            "changeFromQuantity": None,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows to set, and the SKUs that the shop does not have."""

    rows: Sequence[Row]
    unknown: Sequence[str]

    def chunks(self) -> Iterator[Sequence[Row]]:
        return (self.rows[start : start + ROWS] for start in range(0, len(self.rows), ROWS))

    def refuse_unknown(self) -> None:
        """Raises Rejected when there are SKUs that could not be set."""
        if self.unknown:
            others = f"; the others were set ({len(self.rows)})" if self.rows else ""
            raise Rejected(f"Shopify has no article with SKU {', '.join(self.unknown[:20])}{others}")


class Stock:
    """`ask` sends a query; `default` is the location's name or number where a level names none."""

    def __init__(self, ask: Ask, default: str) -> None:
        self.ask = ask
        self.default = default

    def plan(self, levels: Sequence[StockLevel]) -> Plan:
        """Raises Rejected for quantities and SKUs that leave a doubt, Misconfigured for a location that is none."""
        quantities = [_pieces(level) for level in levels]
        items = self._items(queries.ITEMS, [level.sku for level in levels])
        places = self._locations([level.location or self.default for level in levels])
        rows = [
            Row(level.sku, items[level.sku]["id"], place, quantity)
            for level, place, quantity in zip(levels, places, quantities, strict=True)
            if level.sku in items
        ]
        return Plan(rows, [level.sku for level in levels if level.sku not in items])

    def is_set(self, rows: Sequence[Row]) -> bool:
        """Whether every row's quantity is what is available there now."""
        items = self._items(queries.LEVELS, [row.sku for row in rows])
        found = {
            (item["id"], level["location"]["id"]): pair["quantity"]
            for item in items.values()
            for level in item["inventoryLevels"]["nodes"]
            for pair in level["quantities"]
            if pair["name"] == "available"
        }
        return all(found.get((row.item, row.location)) == row.quantity for row in rows)

    def _items(self, document: str, skus: Sequence[str]) -> dict[str, Json]:
        """Inventory items by SKU. The search is not exact, so its answers are compared."""
        unique = sorted(set(skus))
        found: dict[str, list[Json]] = defaultdict(list)
        for start in range(0, len(unique), SKUS):
            some = unique[start : start + SKUS]
            for item in self._search(document, " OR ".join(map(term, some))):
                if item["sku"] in some:
                    found[item["sku"]].append(item)
        shared = [sku for sku, items in found.items() if len(items) > 1]
        if shared:
            raise Rejected(
                f"In Shopify several articles share the SKU {', '.join(shared[:20])}; give each its own there"
            )
        return {sku: items[0] for sku, items in found.items()}

    def _search(self, document: str, query: str) -> Iterator[Json]:
        after = None
        while True:
            page = self.ask(document, query=query, after=after)["inventoryItems"]
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _locations(self, wanted: Sequence[str]) -> list[str]:
        """Location ids for names or numbers; the shop is asked only where a number is missing."""
        if all(_is_number(place) for place in wanted):
            return [f"gid://shopify/Location/{number_of('/' + place)}" for place in wanted]
        known = {item["id"]: item["name"] for item in self.ask(queries.LOCATIONS)["locations"]["nodes"]}
        return [_location(place, known) for place in wanted]


def named(error: Rejected, rows: Sequence[Row]) -> Rejected:
    """The error with the article and the location that it is about, for staff."""
    found = _ROW.search(error.message)
    row = rows[int(found[1])] if found and int(found[1]) < len(rows) else None
    if row is None:
        return error
    message = f"SKU {row.sku} at location {number_of(row.location)}: {error.message}"
    if error.code == "ITEM_NOT_STOCKED_AT_LOCATION":
        message += ". Stock the article at that location in the Shopify admin"
    return Rejected(message, code=error.code, status=error.status)


def _pieces(level: StockLevel) -> int:
    if level.quantity != level.quantity.to_integral_value():
        raise Rejected(f"Shopify counts whole pieces; SKU {level.sku} has {level.quantity}")
    return int(level.quantity)


def term(sku: str) -> str:
    escaped = sku.replace("\\", "\\\\").replace('"', '\\"')
    return f'sku:"{escaped}"'


def _is_number(place: str) -> bool:
    return place.removeprefix("gid://shopify/Location/").isdecimal()


def _location(place: str, known: Mapping[str, str]) -> str:
    fitting = [
        gid
        for gid, name in known.items()
        if place.casefold() in {name.casefold(), number_of(gid)} or not place
    ]
    if len(fitting) == 1:
        return fitting[0]
    there = ", ".join(f"{name} ({number_of(gid)})" for gid, name in known.items())
    what = f"no location {place!r}" if place else "more than one location"
    raise Misconfigured(f"The shop has {what}: set LocationId to one of {there}")
