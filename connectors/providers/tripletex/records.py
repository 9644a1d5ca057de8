"""Tripletex's records as the hub reads them. What breaks on a strange one is told by whoever reads."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from connectors.contracts.books import PaidInvoice
from connectors.contracts.catalog import CustomerRecord, PriceRecord, ProductRecord
from connectors.contracts.common import Address
from connectors.contracts.erp import StockLevel
from connectors.providers.tripletex.api import Json
from tenants.money import Money, quantum

PRODUCT = (
    "id,number,name,description,ean,isInactive,isStockItem,priceIncludingVatCurrency,priceExcludingVatCurrency,"
    "currency(code),vatType(percentage),productUnit(nameShort),weight,weightUnit"
)
STOCK = "id,number,isStockItem,stockOfGoods,availableStock"
INVENTORIES = "product(number),stock(inventoryId,closingStock)"
CUSTOMER = (
    "id,customerNumber,name,email,phoneNumber,phoneNumberMobile,organizationNumber,isPrivateIndividual,isInactive,"
    "postalAddress(addressLine1,addressLine2,postalCode,city,country(isoAlpha2Code))"
)
#: The books' own currency, where a record names none.
CURRENCY = "NOK"
_GRAMS = {"kg": Decimal(1000), "hg": Decimal(100), "g": Decimal(1)}


def product(row: Json) -> ProductRecord:
    rate, weight = (row.get("vatType") or {}).get("percentage"), row.get("weight")
    return ProductRecord(
        sku=str(row["number"]),
        external_id=str(row["id"]),
        name=str(row.get("name") or ""),
        description=str(row.get("description") or ""),
        gtin=str(row.get("ean") or ""),
        unit=str((row.get("productUnit") or {}).get("nameShort") or ""),
        active=row["isInactive"] is not True,
        price=_money(row, "priceIncludingVatCurrency"),
        tax_rate=decimal(rate) if rate is not None else None,
        weight_g=decimal(weight) * _GRAMS[str(row.get("weightUnit") or "kg")] if weight else None,
        fields=dict(row),
    )


def price(row: Json) -> PriceRecord | None:
    """None for a product without one."""
    found = _money(row, "priceIncludingVatCurrency")
    return PriceRecord(sku=str(row["number"]), price=found, external_id=str(row["id"])) if found else None


def levels(row: Json) -> Iterator[StockLevel]:
    """Of one product, in each warehouse that has it."""
    sku = str(row["product"]["number"] or "")
    for stock in row["stock"] if sku else ():
        yield StockLevel(
            sku=sku, quantity=decimal(stock["closingStock"]), location=str(int(stock["inventoryId"]))
        )


def customer(row: Json) -> CustomerRecord:
    name, company = str(row.get("name") or ""), row.get("isPrivateIndividual") is not True
    first, _, last = name.rpartition(" ")
    return CustomerRecord(
        external_id=str(row["id"]),
        number=str(row["customerNumber"] or ""),
        email=str(row.get("email") or ""),
        phone=str(row.get("phoneNumberMobile") or row.get("phoneNumber") or ""),
        first_name="" if company else first,
        last_name="" if company else last,
        company=name if company else "",
        organisation_number=str(row.get("organizationNumber") or ""),
        address=_address(row.get("postalAddress") or {}, name),
        fields=dict(row),
    )


def paid(row: Json, prefix: str) -> PaidInvoice | None:
    """None for a document of an order that did not come from here: ours have our reference in number and reference."""
    order = next(iter(row["orders"] or ()), None) or {}
    number, reference = str(order.get("number") or ""), str(order.get("reference") or "")
    credit = row["isCreditNote"] is True
    if not reference or not reference.startswith(prefix) or not (number.startswith(reference) or credit):
        return None
    currency = str(row["currency"]["code"])
    return PaidInvoice(
        reference=reference.removeprefix(prefix),
        invoice=str(int(row["invoiceNumber"])),
        total=Money(abs(decimal(row["amountCurrency"])), currency),
        outstanding=Money(abs(decimal(row["amountCurrencyOutstanding"])), currency),
        external_id=str(row["id"]),
        credit=credit,
    )


def decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _money(row: Json, field: str) -> Money | None:
    if row.get(field) is None:
        return None
    currency = str((row.get("currency") or {}).get("code") or CURRENCY)
    return Money(decimal(row[field]).quantize(quantum(currency), ROUND_HALF_UP), currency)


def _address(row: Json, name: str) -> Address | None:
    if not row:
        return None
    return Address(
        name=name,
        line1=str(row.get("addressLine1") or ""),
        line2=str(row.get("addressLine2") or ""),
        postal_code=str(row.get("postalCode") or ""),
        city=str(row.get("city") or ""),
        country=str((row.get("country") or {}).get("isoAlpha2Code") or ""),
    )
