"""What is read from Tripletex: customers by their time of change; products, prices, stock and invoices, all each time.

Products, orders and invoices cannot be asked for by time of change; a webhook says when it is worth to read them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.books import PaidInvoice, PaidInvoiceSource
from connectors.contracts.catalog import (
    CatalogPage,
    CustomerRecord,
    CustomerSource,
    PriceRecord,
    PriceSource,
    ProductRecord,
    ProductSource,
)
from connectors.contracts.erp import StockLevel, StockPage
from connectors.errors import Rejected, RetryLater
from connectors.providers.tripletex import records
from connectors.providers.tripletex.api import Json, today
from connectors.providers.tripletex.documents import INVOICE
from connectors.providers.tripletex.masters import Masters

#: By so much each reading begins before the former one began. Times go without a zone, and may be taken for Norwegian ones.
OVERLAP = timedelta(minutes=10)
_AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is what is asked for, `begun` when this reading began, from which the next one goes on; in UTC."""

    since: str = ""
    begun: str = ""
    start: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        parts = text.split("|") if text else ["", "", "0"]
        if len(parts) != 3 or not parts[2].isdecimal():
            raise Rejected(f"The cursor {text[:50]!r} is none of Tripletex's; empty it to read everything")
        begun = parts[1] or (datetime.now(UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S")
        return cls(parts[0], begun, int(parts[2]))

    def after(self, count: int, *, more: bool) -> str:
        return f"{self.since}|{self.begun}|{self.start + count}" if more else f"{self.begun}||0"


class Changes(Masters, ProductSource, PriceSource, CustomerSource, PaidInvoiceSource):
    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        rows, following, more = self._every("/product", cursor, {"fields": records.PRODUCT})
        with reading("Tripletex's products", RetryLater):
            items = tuple(records.product(row) for row in rows if row["number"])
        return CatalogPage(items=items, cursor=following, more=more)

    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        rows, following, more = self._every("/product", cursor, {"fields": records.PRODUCT})
        with reading("Tripletex's products", RetryLater):
            found = (records.price(row) for row in rows if row["number"])
            return CatalogPage(items=tuple(filter(None, found)), cursor=following, more=more)

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        at = Cursor.read(cursor)
        since = {"changedSince": at.since} if at.since else {}
        rows, more = self.page("/customer", at.start, **since, sorting="id", fields=records.CUSTOMER)
        with reading("Tripletex's customers", RetryLater):
            items = tuple(map(records.customer, rows))
        return CatalogPage(items=items, cursor=at.after(len(rows), more=more), more=more)

    def import_paid_invoices(self, cursor: str) -> CatalogPage[PaidInvoice]:
        """Those of the last InvoiceDays that are of orders from here."""
        now = today()
        window = {
            "fields": INVOICE,
            "invoiceDateFrom": now - timedelta(days=self.values.invoice_days),
            "invoiceDateTo": now + timedelta(days=1),
        }
        rows, following, more = self._every("/invoice", cursor, window)
        with reading("Tripletex's invoices", RetryLater):
            found = (records.paid(row, self.values.reference_prefix) for row in rows)
            return CatalogPage(items=tuple(filter(None, found)), cursor=following, more=more)

    def read_inventory(self, cursor: str) -> StockPage:
        if self.values.stock_from == "Inventories":
            return self._of_warehouses(cursor)
        field = {"Available": "availableStock", "InStock": "stockOfGoods"}[self.values.stock_quantity]
        chosen = {"isStockItem": True, "isInactive": False, "fields": records.STOCK}
        rows, following, more = self._every("/product", cursor, chosen)
        with reading("Tripletex's products", RetryLater):
            items = tuple(
                StockLevel(sku=str(row["number"]), quantity=records.decimal(row[field]))
                for row in rows
                if row["number"]
            )
        return StockPage(items=items, cursor=following, more=more)

    def _of_warehouses(self, cursor: str) -> StockPage:
        day = {"dateFrom": today(), "dateTo": today(), "fields": records.INVENTORIES}
        rows, following, more = self._every("/inventory/inventories", cursor, day, sorting="")
        with reading("Tripletex's inventories", RetryLater):
            items = tuple(level for row in rows for level in records.levels(row))
        return StockPage(items=items, cursor=following, more=more)

    def _every(
        self, path: str, cursor: str, query: dict[str, Any], *, sorting: str = "id"
    ) -> tuple[list[Json], str, bool]:
        """A page of a list that is read completely each time, the next cursor, and whether there are more."""
        start = 0 if cursor in {"", _AGAIN} else int(cursor) if cursor.isdecimal() else -1
        if start < 0:
            raise Rejected(f"The cursor {cursor[:50]!r} is none of Tripletex's; start anew without one")
        rows, more = self.page(path, start, sorting=sorting or None, **query)
        return rows, str(start + len(rows)) if more else _AGAIN, more
