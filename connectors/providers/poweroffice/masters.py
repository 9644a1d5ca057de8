"""Customers and products, which a sales order needs before it can be made."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address, OrderDocument
from connectors.contracts.fees import shipping_rate
from connectors.errors import ReadBack, Rejected, RetryLater
from connectors.providers.poweroffice.api import Go, Json, listed, short
from connectors.providers.poweroffice.bodies import MOST_DESCRIPTION, plain
from connectors.providers.poweroffice.settings import FREE

MOST_SKU = 100


class Masters(Go):
    def make_products(self, order: OrderDocument) -> list[str]:
        """Make those that are not there; returns their codes. Raises Rejected, naming them, where that is not wanted."""
        wanted = {line.sku: product(line.sku, line.name, line.tax_rate, self.values) for line in order.lines}
        if order.shipping_total:
            code = self.values.shipping_product
            wanted.setdefault(code, service(code, "Frakt", shipping_rate(order), self.values))
        missing = [code for code in wanted if self.product(code) is None]
        if missing and not self.values.create_products:
            raise Rejected(
                f"PowerOffice Go has no product {', '.join(missing)}; create it there, correct the SKU, or set the"
                " connector's property CreateProducts to true"
            )
        for code in missing:
            self.made("/Products", wanted[code])
        return missing

    def product(self, code: str) -> Json | None:
        return self.products([code]).get(code)

    def products(self, codes: list[str]) -> dict[str, Json]:
        """Those that are there, by code."""
        for code in codes:
            if not code or len(code) > MOST_SKU:
                raise Rejected(
                    f"The SKU {code[:80]!r} is no product code: 1 to {MOST_SKU} characters are taken"
                )
        found = self.rows("/Products", codes=listed(codes))
        return {str(row["Code"]): row for row in found if row.get("Code") in codes}

    def customer_for(self, order: OrderDocument) -> tuple[Json, bool]:
        """The order's customer, and whether it was just made."""
        known = self.customer_of(order)
        if known is not None:
            return known, False
        if self.values.customer_no:
            raise Rejected(
                f"PowerOffice Go has no customer {self.values.customer_no}; correct the connector's property CustomerNo"
            )
        return self.make_customer(new_customer(order, self.values))

    def customer_of(self, order: OrderDocument) -> Json | None:
        if self.values.customer_no:
            return self._customer("Number", "customerNos", self.values.customer_no)
        number = order.customer.external_ids.get(self.own_name, "")
        return self.known_customer(number, customer_reference(order, self.values))

    def known_customer(self, number: str, ours: str) -> Json | None:
        """By its number there, else by our reference. Go cannot look for an e-mail address."""
        found = self._customer("Number", "customerNos", number) if number.isdecimal() else None
        if found is None and ours:
            found = self._customer("ExternalImportReference", "externalImportReference", ours)
        return found

    def make_customer(self, body: dict[str, Any]) -> tuple[Json, bool]:
        """Of two orders at a time, the second one takes the customer that the first one has made."""
        try:
            return self.made("/Customers", body), True
        except ReadBack as error:
            known = self.known_customer("", str(body["ExternalImportReference"]))
            if known is None:
                raise Rejected(error.message, code=error.code, status=error.status) from None
            return known, False

    @property
    def own_name(self) -> str:
        """Under which orders and customers keep what they are called over there."""
        return str(self.config.connector_id or self.config.name)

    def _customer(self, field: str, parameter: str, value: str) -> Json | None:
        with reading("PowerOffice Go's customers", RetryLater):
            rows = self.rows("/Customers", **{parameter: value})
            return next((row for row in rows if str(row[field]) == value), None)


def product(code: str, name: str, rate: Decimal | None, values: Any) -> dict[str, Any]:
    accounts = values.sales_accounts
    own = accounts.get(format(plain(rate), "f")) if rate is not None else None
    return {
        "ProductType": "Product",
        **({"StandardSalesAccount": int(own)} if own else {}),
        **({"OptionalSalesAccount": int(accounts[FREE])} if FREE in accounts else {}),
        **values.product_fields,
        "Code": code,
        "Name": (name or code)[:MOST_DESCRIPTION],
    }


def service(code: str, name: str, rate: Decimal, values: Any) -> dict[str, Any]:
    return {**product(code, name, rate, values), "ProductType": "Service", "IsStockItem": False}


def customer_reference(order: OrderDocument, values: Any) -> str:
    """What our customer is known by there: our number, else the e-mail address."""
    known = order.customer.number or order.customer.email or order.billing.email
    return short(f"{values.reference_prefix}{known}") if known else ""


def new_customer(order: OrderDocument, values: Any) -> dict[str, Any]:
    """Raises Rejected for a customer who could not be told from others."""
    customer, billing = order.customer, order.billing
    ours = customer_reference(order, values)
    if not ours:
        raise Rejected(
            "The order's customer has neither a number nor an e-mail address to be known by in PowerOffice Go; enter one, or"
            " set the connector's property CustomerNo"
        )
    email = customer.email or billing.email
    names = named(
        customer.company or billing.company, customer.first_name, customer.last_name, billing.name, email
    )
    return {
        **names,
        **told(EmailAddress=email, InvoiceEmailAddress=email, PhoneNumber=customer.phone or billing.phone),
        **mail_address(billing if billing.city else order.shipping),
        "CurrencyCode": order.currency,
        **values.customer_fields,
        "ExternalImportReference": ours,
    }


def named(company: str, first: str, last: str, full: str, email: str) -> dict[str, Any]:
    """Of a person Go wants both names."""
    if company:
        return {"Name": company, "IsPerson": False}
    given, _, family = full.rpartition(" ")
    first, last = first or given or family, last or family or first
    return {"IsPerson": True, "FirstName": first or email, "LastName": last or email}


def mail_address(address: Address | None) -> dict[str, Any]:
    """Go takes none without post code and city."""
    if address is None or not (address.postal_code and address.city):
        return {}
    lines = told(AddressLine1=address.line1[:200], AddressLine2=address.line2[:200])
    place = {"ZipCode": address.postal_code[:50], "City": address.city[:100]}
    return {"MailAddress": {**lines, **place, "CountryCode": address.country.upper() or "NO"}}


def told(**fields: Any) -> dict[str, Any]:
    """Empty and None are "not told" and overwrite nothing."""
    return {name: value for name, value in fields.items() if value not in ("", None)}
