"""Stock, read from Sitoo or set there: virtual warehouses directly, all others by a movement of the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import StockLevel, StockPage, StockSink, StockSource
from connectors.errors import Misconfigured, Rejected, RetryLater
from connectors.providers.sitoo.api import Json, SitooApi, chunks, listed, refusal
from connectors.providers.sitoo.stocktaking import PAGE, Place

VIRTUAL = 20
#: Kinds of movements: goods moved in and out.
MOVE_IN, MOVE_OUT = 10, 20
#: Seconds that a movement may still be under way over there after its answer was given up.
LAG = 120
_READ = "sku,decimaltotal,decimalavailable,datelastmodified"


class Stock(SitooApi, StockSource, StockSink):
    def read_inventory(self, cursor: str) -> StockPage:
        at = Place.read(cursor)
        if not at.left:
            at = Place(at.since, self._warehouses())
        warehouse = at.left[0]
        asked: dict[str, Any] = {"start": at.start, "num": PAGE, "fields": _READ}
        if warehouse in at.since:
            asked["datelastmodifiedfrom"] = at.since[warehouse]
        items, total = self.page(self._items(warehouse), **asked)
        levels = tuple(self._level(item, warehouse) for item in items)
        following = at.behind(items, total)
        return StockPage(items=levels, cursor=following.text(), more=bool(following.left))

    def set_inventory(self, levels: Sequence[StockLevel]) -> Exported:
        """What Sitoo takes is set before what it does not take is refused."""
        refused = [
            text for place, rows in self._by_warehouse(levels).items() for text in self._set(place, rows)
        ]
        if refused:
            others = (
                f"; the others were set ({len(levels) - len(refused)})" if len(refused) < len(levels) else ""
            )
            raise Rejected(f"Sitoo does not take {'; '.join(refused[:20])}{others}")
        return Exported(message=f"{len(levels)} levels set")

    def settle_stock(self, levels: Sequence[StockLevel]) -> Exported | NotExecuted:
        """Levels are compared, and only the differences are then set, so that no movement is made twice."""
        for warehouse, rows in self._by_warehouse(levels).items():
            there = self._totals(warehouse, rows)
            if any(there.get(row.sku) != row.quantity for row in rows):
                return NotExecuted(proved_after_s=LAG)
        return Exported(message=f"{len(levels)} levels are as they should be")

    def _warehouses(self) -> tuple[str, ...]:
        if self.values.warehouse_ids:
            found: tuple[str, ...] = self.values.warehouse_ids
            return found
        items, _ = self.page(f"{self.site}/warehouses.json", num=1000, fields="warehouseid")
        with reading("Sitoo's warehouses", RetryLater):
            numbers = tuple(str(int(item["warehouseid"])) for item in items)
        if not numbers:
            raise Misconfigured("Sitoo shows no warehouse; create one there, or give the API user access")
        return numbers

    def _items(self, warehouse: str) -> str:
        return f"{self.site}/warehouses/{warehouse}/warehouseitems.json"

    def _level(self, item: Json, warehouse: str) -> StockLevel:
        with reading(f"Stock of Sitoo's warehouse {warehouse}", RetryLater):
            quantity = _quantity(item[f"decimal{self.values.stock_level}"])
            return StockLevel(sku=str(item["sku"]), quantity=quantity, location=warehouse)

    def _by_warehouse(self, levels: Sequence[StockLevel]) -> dict[str, list[StockLevel]]:
        found: dict[str, list[StockLevel]] = defaultdict(list)
        default = next(iter(self.values.warehouse_id), "")
        for level in levels:
            place = level.location if level.location.isascii() and level.location.isdecimal() else default
            if not place:
                raise Misconfigured(
                    f"The store {level.location} has no warehouse in Sitoo: give it the external id SitooWarehouseId,"
                    " or set the connector's property WarehouseId"
                )
            found[place].append(level)
        return found

    def _set(self, warehouse: str, rows: Sequence[StockLevel]) -> Iterator[str]:
        """Yields what was refused."""
        kind = self.get(f"{self.site}/warehouses/{warehouse}.json")
        with reading(f"Sitoo's warehouse {warehouse}", RetryLater):
            virtual = int(kind["warehousetype"]) == VIRTUAL
        for some in chunks(rows, PAGE):
            yield from self._state(warehouse, some) if virtual else self._move(warehouse, some)

    def _state(self, warehouse: str, rows: Sequence[StockLevel]) -> Iterator[str]:
        body = [{"sku": row.sku, "decimaltotal": _text(row.quantity)} for row in rows]
        answers = self.batch("PUT", self._items(warehouse), body)
        yield from _refusals(rows, answers)

    def _move(self, warehouse: str, rows: Sequence[StockLevel]) -> Iterator[str]:
        there = self._totals(warehouse, rows)
        changes = {row.sku: row.quantity - there.get(row.sku, Decimal(0)) for row in rows}
        moves = [
            movement_of(warehouse, kind, {sku: by for sku, by in changes.items() if by * sign > 0})
            for kind, sign in ((MOVE_IN, 1), (MOVE_OUT, -1))
        ]
        wanted = [move for move in moves if move["items"]]
        if not wanted:
            return
        answers = self.batch("POST", f"{self.site}/warehousetransactions.json", wanted)
        for move, answer in zip(wanted, answers, strict=True):
            told = refusal(answer)
            yield from (f"{item['sku']}: {told}" for item in move["items"] if told)

    def _totals(self, warehouse: str, rows: Sequence[StockLevel]) -> dict[str, Decimal]:
        there: dict[str, Decimal] = {}
        for some in chunks(rows, 50):
            skus = listed(row.sku for row in some)
            items, _ = self.page(self._items(warehouse), sku=skus, num=len(some), fields="sku,decimaltotal")
            with reading(f"Stock of Sitoo's warehouse {warehouse}", RetryLater):
                there |= {str(item["sku"]): _quantity(item["decimaltotal"]) for item in items}
        return there


def movement_of(warehouse: str, kind: int, changes: Mapping[str, Decimal]) -> dict[str, Any]:
    return {
        "warehouseid": int(warehouse),
        "transactiontype": kind,
        "description": "Stock as the order system has it",
        "items": [{"sku": sku, "decimalquantity": _text(by)} for sku, by in changes.items()],
    }


def _refusals(rows: Sequence[StockLevel], answers: Sequence[Json]) -> Iterator[str]:
    for row, answer in zip(rows, answers, strict=True):
        told = refusal(answer)
        if told:
            yield f"{row.sku}: {told}"


def _quantity(value: Any) -> Decimal:
    """Sitoo writes decimals as text. Raises ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no quantity: Sitoo writes decimals as text")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value!r} is no quantity")
    return number


def _text(quantity: Decimal) -> str:
    return f"{quantity:.3f}"
