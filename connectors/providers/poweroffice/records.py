"""PowerOffice Go's records as the hub reads them. What breaks on a strange one is told by whoever reads."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.books import PaidInvoice
from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.common import Address
from connectors.providers.poweroffice.api import CURRENCY, Json
from tenants.money import Money, quantum


def moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def product(row: Json) -> ProductRecord:
    return ProductRecord(
        sku=str(row["Code"]),
        external_id=str(row["Id"]),
        name=_text(row, "Name"),
        description=_text(row, "Description"),
        gtin=_text(row, "Gtin"),
        category=_text(row, "ProductGroupCode"),
        unit=_text(row, "UnitOfMeasureCode"),
        active=row.get("IsArchived") is not True,
        modified_at=moment(row["LastChangedDateTimeOffset"]),
        fields=dict(row),
    )


def price(row: Json, *, includes_tax: bool) -> PriceRecord:
    amount = decimal(row["UnitPrice"]).quantize(quantum(CURRENCY), ROUND_HALF_UP)
    return PriceRecord(
        sku=str(row["Code"]),
        price=Money(amount, CURRENCY),
        includes_tax=includes_tax,
        external_id=str(row["Id"]),
    )


def customer(row: Json, prefix: str) -> CustomerRecord:
    """Our number is what we have called the customer there; one that was made there has none but Go's."""
    person = row.get("IsPerson") is True
    ours = _text(row, "ExternalImportReference").removeprefix(prefix)
    ours = "" if "@" in ours else ours
    return CustomerRecord(
        external_id=str(row["Number"]),
        number=ours or str(row["Number"]),
        email=_text(row, "EmailAddress"),
        phone=_text(row, "PhoneNumber"),
        first_name=_text(row, "FirstName"),
        last_name=_text(row, "LastName"),
        company="" if person else _text(row, "Name") or _text(row, "LegalName"),
        organisation_number=_text(row, "OrganizationNumber"),
        address=_address(row),
        modified_at=moment(row["LastChangedDateTimeOffset"]),
        fields=dict(row),
    )


def paid(row: Json, prefix: str) -> PaidInvoice:
    """The balance is in the currency of the books, the total in that of the invoice."""
    currency, total, balance = str(row["CurrencyCode"]), decimal(row["TotalAmount"]), decimal(row["Balance"])
    if currency != CURRENCY and balance:
        posted = decimal(row["TotalPostedAmount"])
        balance = (balance * total / posted).quantize(quantum(currency), ROUND_HALF_UP)
    return PaidInvoice(
        reference=str(row["ExternalImportReference"]).removeprefix(prefix),
        invoice=str(row["InvoiceNo"]),
        total=Money(abs(total), currency),
        outstanding=Money(abs(balance), currency),
        paid_at=None if balance else moment(row.get("BalanceLastChangedDateTimeOffset")),
        external_id=str(row["Id"]),
        credit=row.get("VoucherType") == "OutgoingCreditNote" or total < 0,
    )


def decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _text(row: Json, field: str) -> str:
    return str(row.get(field) or "")


def _address(row: Json) -> Address | None:
    given = row.get("MailAddress")
    if not isinstance(given, dict):
        return None
    return Address(
        line1=_text(given, "AddressLine1"),
        line2=_text(given, "AddressLine2"),
        postal_code=_text(given, "ZipCode"),
        city=_text(given, "City"),
        country=_text(given, "CountryCode"),
        email=_text(row, "EmailAddress"),
        phone=_text(row, "PhoneNumber"),
    )
