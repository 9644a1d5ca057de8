"""Customers, products and subscriptions."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.tripletex.company import Company, Json
from connectors.sandbox.tripletex.errors import TripletexError, invalid

_CUSTOMER = {
    "name": "",
    "email": "",
    "invoiceEmail": "",
    "phoneNumber": "",
    "phoneNumberMobile": "",
    "organizationNumber": "",
    "isPrivateIndividual": False,
    "isInactive": False,
    "postalAddress": None,
}
_PRODUCT = {
    "name": "",
    "number": "",
    "description": "",
    "ean": "",
    "isInactive": False,
    "isStockItem": False,
    "priceIncludingVatCurrency": 0,
    "priceExcludingVatCurrency": 0,
    "weight": 0,
    "weightUnit": "kg",
    "productUnit": None,
    "stockOfGoods": 0,
    "availableStock": 0,
}


def create_customer(company: Company, given: Json) -> Json:
    if not given.get("name"):
        raise invalid(name="Feltet må fylles ut.")
    number = {"customerNumber": next(company.customer_numbers)}
    customer = company.added(company.customers, {**_CUSTOMER, **_expanded(company, given), **number})
    company.note("create_customer", customer["email"] or str(customer["id"]), str(customer["id"]))
    company.emit(company, "customer.create", customer)
    return customer


def update_customer(company: Company, customer: Json, given: Json) -> Json:
    customer |= _expanded(company, given)
    company.emit(company, "customer.update", company.touched(customer))
    return customer


def create_product(company: Company, given: Json) -> Json:
    if not given.get("name"):
        raise invalid(name="Feltet må fylles ut.")
    number = given.get("number")
    if number and any(item["number"] == number for item in company.products.values()):
        raise invalid(number="Produktnummeret er i bruk.")
    nok = {"currency": company.currencies[1], "vatType": company.vat_types[3]}
    product = company.added(company.products, {**_PRODUCT, **nok, **_expanded(company, given)})
    company.note("create_product", str(number), str(product["id"]))
    company.emit(company, "product.create", product)
    return product


def update_product(company: Company, product: Json, given: Json) -> Json:
    product |= _expanded(company, given)
    company.emit(company, "product.update", company.touched(product))
    return product


def create_subscription(company: Company, given: Json) -> Json:
    if "://" not in str(given.get("targetUrl")) or "." not in str(given.get("event")):
        raise invalid(targetUrl="Må være en absolutt URL.")
    secret = given.pop("hmacSharedSecret", "")
    return company.added(company.subscriptions, {**given, "status": "ACTIVE", "_secret": secret})


def check_version(record: Json, given: Json) -> None:
    if given.get("version") not in {None, record["version"]}:
        raise TripletexError(409, 8000, "Objektet er endret av noen andre.")


def stock_of(product: Json) -> Json:
    """Of the two warehouses that every company has; the first has whatever the second has not."""
    second = Decimal(str(product.get("_second") or 0))
    first = Decimal(str(product["stockOfGoods"])) - second
    stock = [{"inventoryId": 1, "closingStock": first}, {"inventoryId": 2, "closingStock": second}]
    return {"product": product, "stock": stock}


def _expanded(company: Company, given: Json) -> Json:
    found = {name: value for name, value in given.items() if name not in {"id", "version"}}
    if "vatType" in found:
        found["vatType"] = company.referred(company.vat_types, found["vatType"], "vatType")
    address = found.get("postalAddress")
    if address:
        country = address.get("country")
        known = {"country": company.referred(company.countries, country, "country")} if country else {}
        found["postalAddress"] = {"id": address.get("id") or next(company.ids), **address, **known}
    return found
