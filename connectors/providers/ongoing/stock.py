"""Stock: everything once, then what has moved, article by article or warehouse by warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.erp import StockLevel, StockPage, StockSource
from connectors.errors import Misconfigured, RetryLater
from connectors.providers.ongoing.api import Json, OngoingApi
from connectors.providers.ongoing.cursor import Cursor

#: Ongoing looks for changed stock within the last 24 hours only; an hour of it is left for clocks and slow runs.
WINDOW = timedelta(hours=23)
_FIGURES = {"sellable": "sellableNumberOfItems", "physical": "numberOfItems"}


class Stock(OngoingApi, StockSource):
    def read_inventory(self, cursor: str) -> StockPage:
        """After a longer pause everything is read again."""
        at = _within(Cursor.read(cursor, None))
        warehouses: Mapping[str, int] = self.values.warehouses
        rows = self.listed(
            "articles/inventoryPerWarehouse" if warehouses else "articles",
            stockInfoChangedFrom=at.since_text,
            articleSystemIdFrom=at.after or None,
            maxArticlesToGet=self.values.page_size,
        )
        with reading("Ongoing's stock", RetryLater):
            read = self._per_warehouse(rows) if warehouses else self._in_all(rows)
            items = tuple(read)
            last = max((int(row["articleSystemId"]) for row in rows), default=0)
        text = at.behind(last).text() if rows else at.ended()
        return StockPage(items=items, cursor=text, more=bool(rows))

    def _in_all(self, rows: list[Json]) -> Iterator[StockLevel]:
        """Articles that are not kept in stock are left out."""
        for row in rows:
            if row.get("isStockArticle") is not False and row["articleNumber"]:
                yield StockLevel(sku=str(row["articleNumber"]), quantity=self._figure(row["inventoryInfo"]))

    def _per_warehouse(self, rows: list[Json]) -> Iterator[StockLevel]:
        """A warehouse of ours that is not among an article's has none of it."""
        for row in rows:
            there = {int(item["warehouseId"]): item for item in row.get("inventoryPerWarehouse") or ()}
            for code, number in self.values.warehouses.items():
                quantity = self._figure(there[number]) if number in there else Decimal(0)
                yield StockLevel(sku=str(row["articleNumber"]), quantity=quantity, location=code)

    def _figure(self, inventory: Any) -> Decimal:
        name = _FIGURES[self.values.stock_figure]
        if inventory.get(name) is None:
            raise Misconfigured(
                f"The warehouse's system does not tell {name}; set the property StockFigure to physical"
                if name != _FIGURES["physical"]
                else f"The warehouse's system does not tell {name}"
            )
        return Decimal(inventory[name])


def _within(at: Cursor) -> Cursor:
    return replace(at, since=None) if at.since and at.began - at.since > WINDOW else at
