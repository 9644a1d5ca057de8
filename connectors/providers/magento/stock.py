"""Stock by inventory source: absolute quantities, set and read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import StockLevel, StockPage, StockSource
from connectors.errors import Rejected, RetryLater
from connectors.providers.magento.amounts import amount
from connectors.providers.magento.api import Filter, Json
from connectors.providers.magento.bulk import Bulk

PATH = "/V1/inventory/source-items"
#: What the shop takes in one call when its input is limited.
ROWS = 20
_IN_STOCK, _OUT_OF_STOCK = 1, 0


class Stock(Bulk, StockSource):
    def read_inventory(self, cursor: str) -> StockPage:
        """Source items do not tell when they changed, so each run reads all of them."""
        page = _page(cursor)
        size = self.values.page_size
        found = self.search(PATH, page=page, size=size, order=("sku", "source_code"))
        more = found.goes_on(page, size)
        return StockPage(
            items=tuple(_levels(found.items)), cursor=json.dumps({"page": page + 1 if more else 1}), more=more
        )

    def set_inventory(self, levels: Sequence[StockLevel]) -> Exported:
        """What the shop knows is set before SKUs that it does not know are refused."""
        rows = [self._row(level) for level in levels]
        unknown = self._unknown([level.sku for level in levels])
        known = [row for row in rows if row["sku"] not in unknown]
        problems = self._set(known)
        if problems:
            raise Rejected(f"Magento: {'; '.join(problems)[:400]}")
        if unknown:
            others = f"; the others were set ({len(known)})" if known else ""
            raise Rejected(f"Magento has no article with SKU {', '.join(sorted(unknown)[:20])}{others}")
        return Exported(message=f"{len(known)} levels set")

    def settle_stock(self, levels: Sequence[StockLevel]) -> Exported | NotExecuted:
        rows = [self._row(level) for level in levels]
        there = self._there([row["sku"] for row in rows])
        if all(there.get((row["sku"], row["source_code"])) == row["quantity"] for row in rows):
            return Exported(message=f"{len(rows)} levels are as they should be")
        return NotExecuted()

    def _row(self, level: StockLevel) -> dict[str, Any]:
        return {
            "sku": level.sku,
            "source_code": level.location or self.values.source_code,
            "quantity": level.quantity,
            "status": _IN_STOCK if level.quantity > 0 else _OUT_OF_STOCK,
        }

    def _set(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        """What the shop did not take, in words."""
        parts = [{"sourceItems": list(rows[start : start + ROWS])} for start in range(0, len(rows), ROWS)]
        if self.values.is_async and parts:
            return [text for text in self.queued("POST", PATH, parts) if text]
        for part in parts:
            self.post(PATH, part)
        return []

    def _unknown(self, skus: Sequence[str]) -> set[str]:
        """Magento would keep levels of articles that it does not have, and nobody would ever see them."""
        found: set[str] = set()
        for some in chunks(sorted(set(skus))):
            items = self.search("/V1/products", Filter("sku", ",".join(some), "in")).items
            found |= {str(item.get("sku")) for item in items}
        return set(skus) - found

    def _there(self, skus: Sequence[str]) -> dict[tuple[str, str], Decimal]:
        found: dict[tuple[str, str], Decimal] = {}
        for some in chunks(sorted(set(skus))):
            page, more = 1, True
            while more:
                rows = self.search(
                    PATH, Filter("sku", ",".join(some), "in"), page=page, order=("sku", "source_code")
                )
                with reading("Magento's stock", RetryLater):
                    for row in rows.items:
                        found[str(row["sku"]), str(row["source_code"])] = amount(row, "quantity")
                more = rows.goes_on(page, 100)
                page += 1
        return found


def chunks(skus: Sequence[str], most: int = 50) -> Iterator[Sequence[str]]:
    """SKUs of one filter, whose values are set apart by commas. Raises Rejected for one that holds a comma."""
    with_comma = [sku for sku in skus if "," in sku]
    if with_comma:
        raise Rejected(f"Magento cannot look for SKUs with a comma: {', '.join(with_comma[:5])}")
    return (skus[start : start + most] for start in range(0, len(skus), most))


def _page(cursor: str) -> int:
    if not cursor:
        return 1
    try:
        return max(int(json.loads(cursor)["page"]), 1)
    except (ValueError, TypeError, LookupError):
        raise Rejected(f"{cursor[:50]!r} is no cursor of Magento's stock; start anew without one") from None


def _levels(items: Sequence[Json]) -> Iterator[StockLevel]:
    """What is marked as out of stock cannot be sold, whatever its quantity."""
    with reading("Magento's stock", RetryLater):
        for item in items:
            quantity = amount(item, "quantity") if item.get("status") == _IN_STOCK else Decimal(0)
            yield StockLevel(sku=str(item["sku"]), quantity=quantity, location=str(item["source_code"]))
