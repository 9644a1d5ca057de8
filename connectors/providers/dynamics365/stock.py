"""Stock: everything once, then what has moved.

An item's inventory changes without the item being modified, so the item ledger, whose entries are numbered, tells which
items to read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from connectors.contracts.base import reading
from connectors.contracts.erp import StockLevel, StockPage
from connectors.errors import Rejected, RetryLater
from connectors.providers.dynamics365.odata import BusinessCentral, Json, equal

PAGE = 100
#: Numbers in one filter, so that the address stays short.
CHUNK = 20
_ENTRIES, _ITEMS = "/itemLedgerEntries", "/items"
_FIELDS = "number,type,inventory"
_HEADERS = {"Prefer": f"odata.maxpagesize={PAGE}", "Data-Access-Intent": "ReadOnly"}


class Stock(BusinessCentral):
    def read_inventory(self, cursor: str) -> StockPage:
        """A cursor is the number of the last ledger entry that was seen, and while everything is being read also the
        path of the page that follows."""
        entry, _, following = cursor.partition(" ")
        if not cursor:
            return self._everything(self._newest_entry(), "")
        if not entry.isdecimal():
            raise Rejected(
                f"{cursor[:50]!r} is no cursor of Business Central's stock; start anew without one"
            )
        return self._everything(entry, following) if following else self._moved(entry)

    def _newest_entry(self) -> str:
        """Read before the items, so that what moves meanwhile is read again afterwards."""
        query = {"$orderby": "entryNumber desc", "$top": 1, "$select": "entryNumber"}
        entries, _ = self.page(_ENTRIES, query, _HEADERS)
        return _number_of(entries[0]) if entries else "0"

    def _everything(self, entry: str, path: str) -> StockPage:
        query = {} if path else {"$orderby": "number", "$select": _FIELDS}
        items, following = self.page(path or _ITEMS, query, _HEADERS)
        cursor = f"{entry} {following}" if following else entry
        return StockPage(items=_levels(items), cursor=cursor, more=bool(following))

    def _moved(self, entry: str) -> StockPage:
        query = {
            "$filter": f"entryNumber gt {entry}",
            "$orderby": "entryNumber",
            "$select": "entryNumber,itemNumber",
        }
        entries, following = self.page(_ENTRIES, query, _HEADERS)
        if not entries:
            return StockPage(items=(), cursor=entry, more=False)
        with reading("Business Central's item ledger", RetryLater):
            numbers = list(dict.fromkeys(str(row["itemNumber"]) for row in entries))
        levels = {level.sku: level for level in self._levels_of(numbers)}
        items = tuple(levels[number] for number in numbers if number in levels)
        return StockPage(items=items, cursor=_number_of(entries[-1]), more=bool(following))

    def _levels_of(self, numbers: Sequence[str]) -> Iterable[StockLevel]:
        for start in range(0, len(numbers), CHUNK):
            query = {"$filter": equal("number", *numbers[start : start + CHUNK]), "$select": _FIELDS}
            yield from _levels(self.page(_ITEMS, query, _HEADERS)[0])


def _number_of(entry: Json) -> str:
    with reading("Business Central's item ledger", RetryLater):
        return str(int(entry["entryNumber"]))


def _levels(items: Iterable[Json]) -> tuple[StockLevel, ...]:
    """Services and items without stock keeping are left out."""
    with reading("Business Central's items", RetryLater):
        return tuple(
            StockLevel(sku=str(item["number"]), quantity=Decimal(item["inventory"]))
            for item in items
            if item["type"] == "Inventory"
        )
