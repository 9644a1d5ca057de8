"""Fortnox's list entries as the hub reads them. What breaks on a strange one is told by whoever reads."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from connectors.contracts.books import PaidInvoice
from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.common import Address
from connectors.providers.fortnox.api import CURRENCY, Json
from tenants.money import Money, quantum

#: Fortnox's dates and times are Swedish.
SWEDEN = ZoneInfo("Europe/Stockholm")
#: From this third digit on, a Swedish organisation number is no person's.
_LEAST_OF_COMPANIES = "2"


def product(row: Json) -> ProductRecord:
    rate = row.get("VAT")
    return ProductRecord(
        sku=str(row["ArticleNumber"]),
        external_id=str(row["ArticleNumber"]),
        name=str(row.get("Description") or ""),
        gtin=str(row.get("EAN") or ""),
        unit=str(row.get("Unit") or ""),
        tax_rate=decimal(rate) if rate not in (None, "") else None,
        fields=dict(row),
    )


def price(row: Json, *, includes_tax: bool) -> PriceRecord:
    return PriceRecord(
        sku=str(row["ArticleNumber"]),
        price=Money(decimal(row["SalesPrice"]).quantize(quantum(CURRENCY), ROUND_HALF_UP), CURRENCY),
        includes_tax=includes_tax,
        external_id=str(row["ArticleNumber"]),
    )


def customer(row: Json) -> CustomerRecord:
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


def paid(row: Json, prefix: str) -> PaidInvoice:
    currency, total = str(row["Currency"]), decimal(row["Total"])
    paid_on = row.get("FinalPayDate")
    return PaidInvoice(
        reference=str(row["ExternalInvoiceReference1"]).removeprefix(prefix),
        invoice=str(row["DocumentNumber"]),
        total=Money(abs(total), currency),
        outstanding=Money(abs(decimal(row["Balance"])), currency),
        paid_at=datetime.combine(date.fromisoformat(str(paid_on)), time(12), SWEDEN) if paid_on else None,
        external_id=str(row["DocumentNumber"]),
        credit=total < 0,
    )


def decimal(value: object) -> Decimal:
    """Numbers come as numbers or as text."""
    return Decimal(str(value))
