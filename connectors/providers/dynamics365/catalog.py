"""Items, their prices and customers: everything once, then what was changed since.

Cursors are the time of the change that was read last, and while a list is being read also the path of the page that
follows. Changes become visible a little late, so that each run begins an overlap earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from connectors.contracts.base import reading
from connectors.contracts.catalog import (
    CatalogPage,
    CustomerRecord,
    CustomerSource,
    PriceRecord,
    PriceSource,
    ProductRecord,
    ProductSource,
)
from connectors.contracts.common import Address
from connectors.errors import Rejected, RetryLater
from connectors.providers.dynamics365.odata import BusinessCentral, Json
from tenants.money import Money

PAGE = 250
OVERLAP = timedelta(minutes=5)
_HEADERS = {"Prefer": f"odata.maxpagesize={PAGE}", "Data-Access-Intent": "ReadOnly"}
_ITEM = (
    "number,displayName,type,itemCategoryCode,blocked,baseUnitOfMeasureCode,gtin,unitPrice,priceIncludesTax,"
    "taxGroupCode,lastModifiedDateTime"
)
_CUSTOMER = (
    "number,displayName,type,addressLine1,addressLine2,city,state,country,postalCode,phoneNumber,email,website,"
    "taxRegistrationNumber,currencyCode,blocked,lastModifiedDateTime"
)

Record = TypeVar("Record")


class Catalog(BusinessCentral, ProductSource, PriceSource, CustomerSource):
    def import_products(self, cursor: str) -> CatalogPage[ProductRecord]:
        rows, after, more = self.changed("/items", _ITEM, cursor)
        currency = self.company_currency() if any(row.get("priceIncludesTax") for row in rows) else ""
        return self._page(rows, after, more, lambda row: _product(row, currency))

    def import_prices(self, cursor: str) -> CatalogPage[PriceRecord]:
        """Business Central's own price of an item, in its currency; a price of 0 is none."""
        rows, after, more = self.changed("/items", _ITEM, cursor)
        currency = self.company_currency() if rows else ""
        with reading("Business Central's items", RetryLater):
            priced = [row for row in rows if Decimal(row["unitPrice"])]
        return self._page(priced, after, more, lambda row: _price(row, currency))

    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        rows, after, more = self.changed("/customers", _CUSTOMER, cursor)
        return self._page(rows, after, more, _customer)

    def changed(self, path: str, fields: str, cursor: str) -> tuple[list[Json], str, bool]:
        """A page of records, the cursor behind it, and whether there is more."""
        seen, _, following = cursor.partition(" ")
        since = _moment(seen) if seen else None
        if following:
            rows, link = self.page(following, {}, _HEADERS)
        else:
            query = {"$orderby": "lastModifiedDateTime", "$select": fields}
            rows, link = self.page(path, {**_since(since), **query}, _HEADERS)
        with reading("Business Central's list", RetryLater):
            times = [_moment(row["lastModifiedDateTime"]) for row in rows]
        last = max([*times, *([since] if since else [])], default=None)
        told = _text(last) if last else ""
        return rows, f"{told} {link}" if link else told, bool(link)

    def _page(
        self, rows: Sequence[Json], cursor: str, more: bool, read: Callable[[Json], Record]
    ) -> CatalogPage[Record]:
        with reading("Business Central's list", RetryLater):
            return CatalogPage(items=tuple(map(read, rows)), cursor=cursor, more=more)


def _since(moment: datetime | None) -> dict[str, str]:
    if moment is None:
        return {}
    return {"$filter": f"lastModifiedDateTime gt {_text(moment - OVERLAP)}"}


def _moment(text: str) -> datetime:
    """Raises Rejected for a cursor that is none of ours."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise Rejected(f"{text[:50]!r} is no cursor of Business Central's; start anew without one") from None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _product(row: Json, currency: str) -> ProductRecord:
    """The price is told only where it includes tax, as ours does; ImportPrices adds it elsewhere."""
    with_tax = row["priceIncludesTax"] and Decimal(row["unitPrice"])
    return ProductRecord(
        sku=str(row["number"]),
        external_id=str(row["number"]),
        name=row["displayName"] or "",
        gtin=row["gtin"] or "",
        category=row["itemCategoryCode"] or "",
        unit=row["baseUnitOfMeasureCode"] or "",
        active=not row["blocked"],
        price=Money.of(row["unitPrice"], currency) if with_tax else None,
        modified_at=_moment(row["lastModifiedDateTime"]),
        fields=dict(_fields(row)),
    )


def _price(row: Json, currency: str) -> PriceRecord:
    return PriceRecord(
        sku=str(row["number"]),
        price=Money.of(row["unitPrice"], currency),
        includes_tax=bool(row["priceIncludesTax"]),
        external_id=str(row["number"]),
    )


def _customer(row: Json) -> CustomerRecord:
    """Business Central keeps a person's name in one text: the last word is taken for the last name."""
    person = row["type"] == "Person"
    first, _, last = str(row["displayName"] or "").rpartition(" ")
    return CustomerRecord(
        external_id=str(row["number"]),
        number=str(row["number"]),
        email=(row["email"] or "").partition(";")[0].strip(),
        phone=row["phoneNumber"] or "",
        first_name=first if person else "",
        last_name=last if person else "",
        company="" if person else row["displayName"] or "",
        organisation_number=row["taxRegistrationNumber"] or "",
        address=_address(row),
        modified_at=_moment(row["lastModifiedDateTime"]),
        fields=dict(_fields(row)),
    )


def _address(row: Json) -> Address | None:
    address = Address(
        name=row["displayName"] or "",
        line1=row["addressLine1"] or "",
        line2=row["addressLine2"] or "",
        postal_code=row["postalCode"] or "",
        city=row["city"] or "",
        region=row["state"] or "",
        country=row["country"] or "",
    )
    return address if address.line1 or address.city else None


def _fields(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a Field Mapping may name: the record's own fields."""
    return ((name, value) for name, value in row.items() if not name.startswith("@") and name != "id")
