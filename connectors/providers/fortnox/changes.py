"""What has changed in Fortnox since it was last asked: articles, customers, invoices; stock and prices, all each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
from connectors.providers.fortnox.api import Json
from connectors.providers.fortnox.masters import Masters
from connectors.providers.fortnox.records import SWEDEN, customer, decimal, paid, price, product

#: Fortnox's times are to the minute.
_MINUTE = "%Y-%m-%d %H:%M"
#: By so much each reading begins before the former one began.
OVERLAP = timedelta(minutes=5)
_AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is what is asked for, `begun` when this reading began, from which the next one goes on; Swedish times."""

    since: str = ""
    begun: str = ""
    page: int = 1

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        parts = text.split("|") if text else ["", "", "1"]
        if len(parts) != 3 or not parts[2].isdecimal():
            raise Rejected(f"The cursor {text[:50]!r} is none of Fortnox's; empty it to read everything")
        begun = parts[1] or (datetime.now(UTC) - OVERLAP).astimezone(SWEDEN).strftime(_MINUTE)
        return cls(parts[0], begun, int(parts[2]))

    @property
    def query(self) -> dict[str, str]:
        return {"lastmodified": self.since} if self.since else {}

    def after(self, pages: int) -> tuple[str, bool]:
        """The cursor behind this page, and whether there are more of them."""
        more = self.page < pages
        return (f"{self.since}|{self.begun}|{self.page + 1}" if more else f"{self.begun}||1"), more


class Changes(Masters, ProductSource, PriceSource, CustomerSource, PaidInvoiceSource):
    @classmethod
    def begun_anew(cls, operation: str, cursor: str) -> str:
        """At the first page: there may be fewer by now. Articles are asked for by the number of the page alone."""
        if "|" not in cursor:
            return _AGAIN if cursor.isdecimal() else cursor
        at = Cursor.read(cursor)
        return f"{at.since}|{at.begun}|1" if at.page > 1 else cursor

    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        rows, following, more = self._changed("articles", "Articles", cursor, sortby="articlenumber")
        with reading("Fortnox's articles", RetryLater):
            return CatalogPage(items=tuple(map(product, rows)), cursor=following, more=more)

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        rows, following, more = self._changed("customers", "Customers", cursor, sortby="customernumber")
        with reading("Fortnox's customers", RetryLater):
            return CatalogPage(items=tuple(map(customer, rows)), cursor=following, more=more)

    def import_paid_invoices(self, cursor: str) -> CatalogPage[PaidInvoice]:
        """Those that carry a reference of ours and stand."""
        rows, following, more = self._changed("invoices", "Invoices", cursor, sortby="documentnumber")
        with reading("Fortnox's invoices", RetryLater):
            ours = [row for row in rows if row["ExternalInvoiceReference1"] and row["Cancelled"] is not True]
            prefix = self.values.reference_prefix
            return CatalogPage(items=tuple(paid(row, prefix) for row in ours), cursor=following, more=more)

    def read_inventory(self, cursor: str) -> StockPage:
        """A cursor is the number of the next page; behind the last page everything is read again."""
        if self.values.stock_from == "Warehouse":
            return self._warehouse()
        rows, following, more = self._every_article(cursor)
        field = {"InStock": "QuantityInStock", "Available": "DisposableQuantity"}[self.values.stock_quantity]
        with reading("Fortnox's articles", RetryLater):
            levels = tuple(
                StockLevel(sku=str(row["ArticleNumber"]), quantity=decimal(row[field])) for row in rows
            )
        return StockPage(items=levels, cursor=following, more=more)

    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        """Those of the company's own price list, all of them each time, as stock."""
        rows, following, more = self._every_article(cursor)
        includes = self.values.prices_include_vat
        with reading("Fortnox's articles", RetryLater):
            priced = [row for row in rows if row.get("SalesPrice") not in (None, "")]
            return CatalogPage(
                items=tuple(price(row, includes_tax=includes) for row in priced), cursor=following, more=more
            )

    def _every_article(self, cursor: str) -> tuple[list[Json], str, bool]:
        """A page of the active ones, the next cursor, and whether there are more."""
        page = 1 if cursor in {"", _AGAIN} else int(cursor) if cursor.isdecimal() else 0
        if not page:
            raise Rejected(
                f"The cursor {cursor[:50]!r} is none of Fortnox's articles; start anew without one"
            )
        rows, pages = self.page("/3/articles", "Articles", page, filter="active", sortby="articlenumber")
        more = page < pages
        return rows, str(page + 1) if more else _AGAIN, more

    def _warehouse(self) -> StockPage:
        field = {"InStock": "inStock", "Available": "availableStock"}[self.values.stock_quantity]
        with reading("Fortnox's stock balance", RetryLater):
            levels = tuple(
                StockLevel(
                    sku=str(row["itemId"]),
                    quantity=decimal(row[field]),
                    location=str(row.get("stockPointCode") or ""),
                )
                for row in self.get("/api/warehouse/status-v1/stockbalance")
            )
        return StockPage(items=levels, cursor=_AGAIN, more=False)

    def _changed(self, path: str, name: str, cursor: str, **query: str) -> tuple[list[Json], str, bool]:
        at = Cursor.read(cursor)
        rows, pages = self.page(f"/3/{path}", name, at.page, **at.query, **query)
        return rows, *at.after(pages)
