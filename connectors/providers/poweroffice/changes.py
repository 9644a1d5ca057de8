"""What has changed in PowerOffice Go since it was last asked: products, prices, stock, customers, invoices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from connectors.providers.poweroffice.api import Json
from connectors.providers.poweroffice.masters import Masters
from connectors.providers.poweroffice.records import customer, decimal, moment, paid, price, product

#: By so much each reading goes back behind the latest change that the former one has seen.
OVERLAP = timedelta(minutes=1)
_LAST_CHANGED = ("lastChangedDateTimeOffsetGreaterThan", "LastChangedDateTimeOffset")
_STOCK = ("stockOnHandLastChangedDatetimeOffsetGreaterThan", "StockOnHandLastChangedDatetimeOffset")
_BALANCE = ("balanceLastChangedDateTimeOffsetGreaterThan", "BalanceLastChangedDateTimeOffset")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is what is asked for, `latest` the latest change that was seen while reading `page` after page of that."""

    since: str = ""
    latest: str = ""
    page: int = 1

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        parts = text.split("|") if text else ["", "", "1"]
        try:
            since, latest, page = parts
            moment(since), moment(latest)
            return cls(since, latest, int(page))
        except ValueError:
            raise Rejected(
                f"The cursor {text[:50]!r} is none of PowerOffice Go's; empty it to read everything"
            ) from None

    def after(self, changes: Iterable[datetime | None], *, more: bool) -> str:
        """The cursor behind this page, on which these are the times of change."""
        known = [at for at in (moment(self.latest), *changes) if at is not None]
        latest = max(known, default=None)
        if more:
            return f"{self.since}|{latest.isoformat() if latest else ''}|{self.page + 1}"
        return f"{(latest - OVERLAP).isoformat() if latest else self.since}||1"


class Changes(Masters, ProductSource, PriceSource, CustomerSource, PaidInvoiceSource):
    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        """Those that have a code to be known by."""
        rows, following, more = self._changed("/Products", cursor, *_LAST_CHANGED)
        with reading("PowerOffice Go's products", RetryLater):
            items = tuple(product(row) for row in rows if row["Code"])
        return CatalogPage(items=items, cursor=following, more=more)

    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        """The products' own prices; one that is empty is that of the product's group."""
        rows, following, more = self._changed("/Products", cursor, *_LAST_CHANGED)
        includes = self.values.prices_include_vat
        with reading("PowerOffice Go's prices", RetryLater):
            priced = [row for row in rows if row["Code"] and row["UnitPrice"] is not None]
            items = tuple(price(row, includes_tax=includes) for row in priced)
        return CatalogPage(items=items, cursor=following, more=more)

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        rows, following, more = self._changed("/Customers", cursor, *_LAST_CHANGED)
        with reading("PowerOffice Go's customers", RetryLater):
            items = tuple(customer(row, self.values.reference_prefix) for row in rows)
        return CatalogPage(items=items, cursor=following, more=more)

    def import_paid_invoices(self, cursor: str) -> CatalogPage[PaidInvoice]:
        """Those that carry a reference of ours and stand."""
        rows, following, more = self._changed("/OutgoingInvoices", cursor, *_BALANCE)
        prefix = self.values.reference_prefix
        with reading("PowerOffice Go's invoices", RetryLater):
            ours = [row for row in rows if _is_ours(row, prefix)]
            items = tuple(paid(row, prefix) for row in ours)
        return CatalogPage(items=items, cursor=following, more=more)

    def read_inventory(self, cursor: str) -> StockPage:
        """What confirmed orders reserve is told as no change of the stock, so what is available is read completely."""
        every = self.values.stock_quantity == "Available"
        rows, following, more = self._changed("/Products", cursor, *_STOCK, every=every)
        field = "StockAvailable" if every else "StockOnHand"
        with reading("PowerOffice Go's stock", RetryLater):
            counted = [row for row in rows if _is_stocked(row) and row[field] is not None]
            levels = tuple(StockLevel(sku=str(row["Code"]), quantity=decimal(row[field])) for row in counted)
        return StockPage(items=levels, cursor=following, more=more)

    def _changed(
        self, path: str, cursor: str, parameter: str, field: str, *, every: bool = False
    ) -> tuple[list[Json], str, bool]:
        at = Cursor.read(cursor)
        rows, more = self.page(path, at.page, **({parameter: at.since} if at.since else {}))
        with reading(f"PowerOffice Go's {path}", RetryLater):
            changes = [] if every else [moment(row.get(field)) for row in rows]
        return rows, at.after(changes, more=more), more


def _is_ours(row: Json, prefix: str) -> bool:
    reference = str(row["ExternalImportReference"] or "")
    return bool(reference) and reference.startswith(prefix) and row["IsReversed"] is not True


def _is_stocked(row: Json) -> bool:
    return bool(row["Code"]) and row["IsStockItem"] is True and row["IsArchived"] is not True
