"""Customers and products."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.sandbox.poweroffice.company import (
    OPTIONAL_ACCOUNT,
    STANDARD_ACCOUNT,
    SUBLEDGER_ID,
    Company,
    Json,
    now,
)
from connectors.sandbox.poweroffice.errors import GoError, in_use

_CUSTOMER = {
    "IsPerson": False,
    "Name": None,
    "FirstName": None,
    "LastName": None,
    "EmailAddress": None,
    "PhoneNumber": None,
    "OrganizationNumber": None,
    "ExternalImportReference": None,
    "CurrencyCode": "NOK",
    "IsVatFree": False,
    "IsArchived": False,
    "IsActive": True,
}
_PRODUCT = {
    "Description": None,
    "Gtin": None,
    "UnitPrice": None,
    "UnitOfMeasureCode": "EA",
    "ProductType": "Product",
    "ProductGroupCode": None,
    "IsStockItem": False,
    "IsArchived": False,
    "StockOnHand": None,
    "StockOnHandLastChangedDatetimeOffset": None,
    "StandardSalesAccount": STANDARD_ACCOUNT,
    "OptionalSalesAccount": OPTIONAL_ACCOUNT,
}


def create_customer(company: Company, given: Json) -> Json:
    names = ("FirstName", "LastName") if given.get("IsPerson") else ("Name",)
    for name in names:
        if not given.get(name):
            raise GoError("Customer validation error(s)", f"{name} is required.")
    reference = given.get("ExternalImportReference")
    for there in company.customers.values():
        if reference and there["ExternalImportReference"] == reference:
            raise in_use(reference, there["Id"])
    no = company.next("customer")
    identifier = 40_000 + no
    customer = {
        **_CUSTOMER,
        **given,
        "Id": identifier,
        "Number": no,
        "SubledgerAccountId": SUBLEDGER_ID + no,
        "LastChangedDateTimeOffset": now(),
        "CustomerCreatedDateTimeOffset": now(),
    }
    company.customers[str(identifier)] = customer
    company.note("create_customer", str(reference or ""), identifier)
    return customer


def create_product(company: Company, given: Json) -> Json:
    if not given.get("Name"):
        raise GoError("Product validation error(s)", "Name is required.")
    code = given.get("Code")
    if code and any(there["Code"] == code for there in company.products.values()):
        raise GoError("Product validation error(s)", f"A product with code = '{code}' exists.", 409)
    identifier = company.next("product")
    product = {**_PRODUCT, **given, "Id": identifier, "Code": code}
    product |= {"LastChangedDateTimeOffset": now(), "CreatedDateTimeOffset": now()}
    if given.get("StockOnHand") is not None:
        product["StockOnHandLastChangedDatetimeOffset"] = now()
    company.products[str(identifier)] = product
    company.note("create_product", str(code or ""), identifier)
    return product


def change(record: Json, field: str, value: object) -> None:
    """Stock has a time of change of its own, and needs a stock item."""
    if field == "StockOnHand":
        if not record["IsStockItem"]:
            raise GoError("Product validation error(s)", "Stock on hand can be set on stock items only.")
        record["StockOnHandLastChangedDatetimeOffset"] = now()
    else:
        record["LastChangedDateTimeOffset"] = now()
    record[field] = value


def product_shown(company: Company, product: Json) -> Json:
    """With what confirmed sales orders leave of the stock."""
    if product["StockOnHand"] is None:
        return {**product, "StockAvailable": None}
    reserved = sum(_reserved(company, str(product["Code"])))
    return {**product, "StockAvailable": product["StockOnHand"] - reserved}


def _reserved(company: Company, code: str) -> Iterator[int]:
    for order in company.orders.values():
        if order["SalesOrderStatus"] == "Confirmed":
            yield from (line["Quantity"] for line in order["lines"] if line.get("ProductCode") == code)
