"""What has changed in Fortnox since it was last asked: articles, customers, invoices; and the stock, read completely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from connectors.contracts.base import reading
from connectors.contracts.books import PaidInvoice, PaidInvoiceSource
from connectors.contracts.catalog import (
    CatalogPage,
    CustomerRecord,
    CustomerSource,
    ProductRecord,
    ProductSource,
)
from connectors.contracts.common import Address
from connectors.contracts.erp import StockLevel, StockPage
from connectors.errors import Rejected, RetryLater
from connectors.providers.fortnox.api import Json
from connectors.providers.fortnox.masters import Masters
from tenants.money import Money

#: Fortnox's times are Swedish, to the minute.
SWEDEN = ZoneInfo("Europe/Stockholm")
_MINUTE = "%Y-%m-%d %H:%M"
#: By so much each reading begins before the former one began.
OVERLAP = timedelta(minutes=5)
_AGAIN = "again"
#: From the third digit of a Swedish organisation number on it is no person's.
_LEAST_OF_COMPANIES = "2"


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


class Changes(Masters, ProductSource, CustomerSource, PaidInvoiceSource):
    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        rows, following, more = self._changed("articles", "Articles", cursor, sortby="articlenumber")
        with reading("Fortnox's articles", RetryLater):
            return CatalogPage(items=tuple(map(_product, rows)), cursor=following, more=more)

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        rows, following, more = self._changed("customers", "Customers", cursor, sortby="customernumber")
        with reading("Fortnox's customers", RetryLater):
            return CatalogPage(items=tuple(map(_customer, rows)), cursor=following, more=more)

    def import_paid_invoices(self, cursor: str) -> CatalogPage[PaidInvoice]:
        """Those that carry a reference of ours and stand."""
        rows, following, more = self._changed("invoices", "Invoices", cursor, sortby="documentnumber")
        with reading("Fortnox's invoices", RetryLater):
            ours = [row for row in rows if row["ExternalInvoiceReference1"] and row["Cancelled"] is not True]
            prefix = self.values.reference_prefix
            return CatalogPage(items=tuple(_paid(row, prefix) for row in ours), cursor=following, more=more)

    def read_inventory(self, cursor: str) -> StockPage:
        """A cursor is the number of the next page; behind the last page everything is read again."""
        if self.values.stock_from == "Warehouse":
            return self._warehouse()
        page = 1 if cursor in {"", _AGAIN} else int(cursor) if cursor.isdecimal() else 0
        if not page:
            raise Rejected(f"The cursor {cursor[:50]!r} is none of Fortnox's stock; start anew without one")
        rows, pages = self.page("/3/articles", "Articles", page, filter="active", sortby="articlenumber")
        field = {"InStock": "QuantityInStock", "Available": "DisposableQuantity"}[self.values.stock_quantity]
        with reading("Fortnox's articles", RetryLater):
            levels = tuple(
                StockLevel(sku=str(row["ArticleNumber"]), quantity=_decimal(row[field])) for row in rows
            )
        more = page < pages
        return StockPage(items=levels, cursor=str(page + 1) if more else _AGAIN, more=more)

    def _warehouse(self) -> StockPage:
        field = {"InStock": "inStock", "Available": "availableStock"}[self.values.stock_quantity]
        with reading("Fortnox's stock balance", RetryLater):
            levels = tuple(
                StockLevel(
                    sku=str(row["itemId"]),
                    quantity=_decimal(row[field]),
                    location=str(row.get("stockPointCode") or ""),
                )
                for row in self.get("/api/warehouse/status-v1/stockbalance")
            )
        return StockPage(items=levels, cursor=_AGAIN, more=False)

    def _changed(self, path: str, name: str, cursor: str, **query: str) -> tuple[list[Json], str, bool]:
        at = Cursor.read(cursor)
        rows, pages = self.page(f"/3/{path}", name, at.page, **at.query, **query)
        return rows, *at.after(pages)


def _product(row: Json) -> ProductRecord:
    rate = row.get("VAT")
    return ProductRecord(
        sku=str(row["ArticleNumber"]),
        external_id=str(row["ArticleNumber"]),
        name=str(row.get("Description") or ""),
        gtin=str(row.get("EAN") or ""),
        unit=str(row.get("Unit") or ""),
        tax_rate=_decimal(rate) if rate not in (None, "") else None,
        fields=dict(row),
    )


def _customer(row: Json) -> CustomerRecord:
    name, number = str(row.get("Name") or ""), str(row.get("OrganisationNumber") or "")
    first, _, last = name.rpartition(" ")
    company = name if _is_company(number) else ""
    return CustomerRecord(
        external_id=str(row["CustomerNumber"]),
        number=str(row["CustomerNumber"]),
        email=str(row.get("Email") or ""),
        phone=str(row.get("Phone") or ""),
        first_name="" if company else first,
        last_name="" if company else last,
        company=company,
        organisation_number=number if company else "",
        address=Address(
            name=name,
            line1=str(row.get("Address1") or ""),
            line2=str(row.get("Address2") or ""),
            postal_code=str(row.get("ZipCode") or ""),
            city=str(row.get("City") or ""),
            email=str(row.get("Email") or ""),
            phone=str(row.get("Phone") or ""),
        ),
        fields=dict(row),
    )


def _is_company(number: str) -> bool:
    digits = [sign for sign in number if sign.isdecimal()]
    return len(digits) == 10 and digits[2] >= _LEAST_OF_COMPANIES


def _paid(row: Json, prefix: str) -> PaidInvoice:
    currency, total = str(row["Currency"]), _decimal(row["Total"])
    paid_on = row.get("FinalPayDate")
    return PaidInvoice(
        reference=str(row["ExternalInvoiceReference1"]).removeprefix(prefix),
        invoice=str(row["DocumentNumber"]),
        total=Money(abs(total), currency),
        outstanding=Money(abs(_decimal(row["Balance"])), currency),
        paid_at=datetime.combine(date.fromisoformat(str(paid_on)), time(12), SWEDEN) if paid_on else None,
        external_id=str(row["DocumentNumber"]),
        credit=total < 0,
    )


def _decimal(value: object) -> Decimal:
    """Numbers come as numbers or as text."""
    return Decimal(str(value))
