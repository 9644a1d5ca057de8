"""Stock, read from Front Systems or set there as a count. One location after the other."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import StockLevel, StockPage, StockSink, StockSource
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.frontsystems.api import REST, UNKNOWN_THERE, FrontSystemsApi, Json, chunks, told
from connectors.providers.frontsystems.cursor import Paging

#: Seconds that a write may still be under way over there after its answer was given up.
LAG = 120
_AT_ONCE = 500


class Stock(FrontSystemsApi, StockSource, StockSink):
    def read_inventory(self, cursor: str) -> StockPage:
        """All of it in every run: what changed since when cannot be asked."""
        left, at = self._place(cursor)
        stock = left[0]
        body = {**self._filter(stock), "useGTIN": True, "suppressZeroes": False}
        if at.wanted is None:
            count = self.count("/Stock/count", body)
            at = at.counted(count, count)
        items = self.rows("/Stock", {**body, **at.asked})
        with reading(f"Stock of Front Systems' location {stock}", RetryLater):
            found = tuple(_level(item) for item in items if told(item, "id"))
        following = at.behind("" for _ in items)
        if following.wanted is None:
            left, following = left[1:], Paging(in_pages=following.in_pages)
        text = json.dumps({"left": left, "at": following.text()})
        return StockPage(items=found, cursor=text, more=bool(left))

    def set_inventory(self, levels: Sequence[StockLevel]) -> Exported:
        """Locations are set one by one; a refusal stops no other."""
        refused = []
        for stock, rows in self._by_stock(levels).items():
            for some in chunks(rows, _AT_ONCE):
                try:
                    self._count_in(stock, some)
                except Rejected as error:
                    refused.append(f"stock {stock}: {error.message}")
        if refused:
            raise Rejected(f"Front Systems does not take {'; '.join(refused[:20])}")
        return Exported(message=f"{len(levels)} levels set")

    def settle_stock(self, levels: Sequence[StockLevel]) -> Exported | NotExecuted:
        """A count that was booked must not be booked again over what was sold meanwhile, so levels are compared first."""
        for stock, rows in self._by_stock(levels).items():
            for row in rows:
                if self._level_of(stock, row.sku) != row.quantity:
                    return NotExecuted(proved_after_s=LAG)
        return Exported(message=f"{len(levels)} levels are as they should be")

    def stores(self) -> list[Json]:
        return self.rows("/Stores")

    def _place(self, cursor: str) -> tuple[list[str], Paging]:
        """The locations that are left, the one under way first; a run that follows a finished one begins anew."""
        try:
            given = json.loads(cursor or '{"left": [], "at": ""}')
            left, at = [str(int(stock)) for stock in given["left"]], Paging.read(given["at"])
        except (ValueError, TypeError, LookupError):
            raise Rejected(
                f"{cursor[:80]!r} is no cursor of Front Systems' stock; start anew without one"
            ) from None
        return left or list(self.values.stock_ids or self._all_stocks()), at

    def _all_stocks(self) -> list[str]:
        with reading("Front Systems' stores", RetryLater):
            numbers = sorted({int(store["stockid"]) for store in self.stores() if store.get("stockid")})
        if not numbers:
            raise Misconfigured(
                "Front Systems shows no store; give the integration user access to the stores"
            )
        return [str(number) for number in numbers]

    def _filter(self, stock: str) -> dict[str, Any]:
        available = self.values.stock_level == "available"
        return {"stockIds": [int(stock)], "excludeStockReservations": available}

    def _by_stock(self, levels: Sequence[StockLevel]) -> dict[str, list[StockLevel]]:
        found: dict[str, list[StockLevel]] = defaultdict(list)
        for level in levels:
            known = level.location.isascii() and level.location.isdecimal()
            place = level.location if known else str(self.values.stock_id or "")
            if not place:
                raise Misconfigured(
                    f"The store {level.location} has no stock location in Front Systems: give it the external id"
                    " FrontSystemsStockId, or set the connector's property StockId"
                )
            if level.quantity != level.quantity.to_integral_value():
                raise Rejected(f"{level.sku}: Front Systems counts whole pieces, not {level.quantity}")
            found[place].append(level)
        return found

    def _count_in(self, stock: str, rows: Sequence[StockLevel]) -> None:
        """Anything but the word Ok is no success."""
        body = {
            "stockId": int(stock),
            "description": "Stock as the order system has it",
            "stockCountTime": datetime.now(UTC).isoformat(timespec="seconds"),
            "isCompleteStockCount": False,
            "items": [{"gtin": row.sku, "quantity": int(row.quantity)} for row in rows],
        }
        answer = self.send("POST", f"{REST}/Stock/adjust", body, write=True)
        if answer.body.strip().strip(b'"').lower() != b"ok":
            raise Unknown("Front Systems does not confirm the count; compare the levels there")

    def _level_of(self, stock: str, gtin: str) -> Decimal:
        try:
            items = self.rows(f"/Stock/gtin/{quote(gtin, safe='')}")
        except Rejected as error:
            if error.code == UNKNOWN_THERE:
                return Decimal(0)
            raise
        with reading(f"Stock of {gtin}", RetryLater):
            here = (Decimal(item["quantity"]) for item in items if told(item, "stockid") == stock)
            return sum(here, Decimal(0))


def _level(item: Json) -> StockLevel:
    quantity = item["quantity"]
    if isinstance(quantity, bool) or not isinstance(quantity, (int, Decimal)):
        raise TypeError(f"{quantity!r} is no quantity")
    return StockLevel(sku=told(item, "id"), quantity=Decimal(quantity), location=told(item, "stockid"))
