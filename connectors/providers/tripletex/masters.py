"""Customers, products, and what has an id there: VAT types, currencies, countries."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address, OrderDocument
from connectors.errors import Misconfigured, Rejected, RetryLater
from connectors.providers.tripletex.api import Books, Json, id_of, reference_to
from connectors.providers.tripletex.settings import VAT_CODES

#: Numbers of the VAT types of ordinary sales in Norway, by rate.
_VAT = {Decimal(25): "3", Decimal(15): "31", Decimal(12): "33", Decimal(0): "5"}
PRODUCT = "id,version,number,name"
CUSTOMER = "id,version,customerNumber,name,email"


class Masters(Books):
    def __init__(self, config: Any, door: Any) -> None:
        super().__init__(config, door)
        self._ids: dict[tuple[str, str], int] = {}
        self._vat_types: list[Json] = []

    def vat_type(self, rate: Decimal) -> dict[str, int]:
        """The type of outgoing VAT with this rate. Raises Misconfigured where it is not clear which."""
        if not self._vat_types:
            fields = "id,number,name,percentage"
            self._vat_types = list(self.rows("/ledger/vatType", typeOfVat="OUTGOING", fields=fields))
        with reading("Tripletex's VAT types", RetryLater):
            fitting = {
                str(row["number"]): row for row in self._vat_types if Decimal(str(row["percentage"])) == rate
            }
        text, chosen_codes = f"{rate.normalize():f}", self.values.vat_codes
        code = chosen_codes.get(text) or _VAT.get(rate, "")
        chosen = fitting.get(code) or (next(iter(fitting.values())) if len(fitting) == 1 else None)
        if chosen is None or (text in chosen_codes and code not in fitting):
            known = ", ".join(fitting) or "none"
            raise Misconfigured(
                f"Which VAT type has {text} %? Tripletex offers {known}; add a property with the Key Group {VAT_CODES},"
                f" key {text}, and that number as its value"
            )
        return reference_to(id_of(chosen))

    def currency(self, code: str) -> dict[str, int]:
        return reference_to(self._coded("/currency", "code", code))

    def country(self, code: str) -> dict[str, int]:
        return reference_to(self._coded("/country", "isoAlpha2Code", code))

    def address(self, given: Address) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "addressLine1": given.line1,
            "addressLine2": given.line2,
            "postalCode": given.postal_code,
            "city": given.city,
        }
        found = {name: value for name, value in fields.items() if value}
        return {**found, "country": self.country(given.country.upper())} if given.country else found

    def product(self, sku: str, fields: str = PRODUCT) -> Json | None:
        if not sku:
            raise Rejected("A line has no SKU, which Tripletex's products are known by; enter one")
        with reading("Tripletex's products", RetryLater):
            found = [
                row
                for row in self.rows("/product", productNumber=sku, fields=fields)
                if str(row["number"]) == sku
            ]
        if len(found) > 1:
            raise Rejected(f"Tripletex has several products with the number {sku}; make it unique there")
        return found[0] if found else None

    def products_for(self, order: OrderDocument) -> tuple[dict[str, int], list[str]]:
        """The products' ids by number, and the numbers of those that were made. Raises Rejected, naming what is missing,
        where none are to be made."""
        wanted = {line.sku: (line.name, line.tax_rate) for line in order.lines}
        fee = self.values.shipping_product
        if fee and order.shipping_total:
            wanted.setdefault(
                fee, ("Frakt", max((line.tax_rate for line in order.lines), default=Decimal(0)))
            )
        there = {sku: self.product(sku) for sku in wanted}
        missing = [sku for sku, row in there.items() if row is None]
        if missing and not self.values.create_products:
            raise Rejected(
                f"Tripletex has no product {', '.join(missing)}; create it there, correct the SKU, or set the connector's"
                " property CreateProducts to true"
            )
        ids = {sku: id_of(row) for sku, row in there.items() if row is not None}
        for sku in missing:
            name, rate = wanted[sku]
            body = {**self.values.product_fields, "number": sku, "name": name or sku}
            ids[sku] = id_of(self.made("/product", {**body, "vatType": self.vat_type(rate)}))
        return ids, missing

    def customer_for(self, order: OrderDocument) -> tuple[int, str]:
        """The id of the order's customer, who is made when not known there, and what is to be said of it."""
        number = self.values.customer_number
        if number is not None:
            return self._numbered(number), ""
        known = order.customer.external_ids.get(self.config.connector_id or self.config.name, "")
        email = order.customer.email or order.billing.email
        found = self.known_customer(known, email)
        if found is not None:
            return id_of(found), ""
        if not email:
            raise Rejected(
                "The order's customer has no e-mail address to be found by in Tripletex; enter one, or set the connector's"
                " property CustomerNumber"
            )
        made = self.made("/customer", self._new_customer(order, email))
        return id_of(made), f" for the new customer {made.get('customerNumber') or id_of(made)}"

    def known_customer(self, external_id: str, email: str, fields: str = CUSTOMER) -> Json | None:
        """By the id there, else by e-mail address: the oldest, so that it is always the same where several have one."""
        if external_id.isdecimal():
            found = list(self.rows("/customer", id=external_id, fields=fields))
            if found:
                return found[0]
        if not email:
            return None
        same = [row for row in self.rows("/customer", email=email, fields=fields) if _has(row, email)]
        return min(same, key=id_of, default=None)

    def _numbered(self, number: int) -> int:
        found = [
            row
            for row in self.rows("/customer", customerAccountNumber=number, fields=CUSTOMER)
            if row.get("customerNumber") == number
        ]
        if not found:
            raise Misconfigured(
                f"Tripletex has no customer {number}; correct the connector's property CustomerNumber"
            )
        return id_of(found[0])

    def _new_customer(self, order: OrderDocument, email: str) -> dict[str, Any]:
        customer = order.customer
        billed = order.billing if order.billing.line1 or order.billing.city else order.shipping
        company = customer.company or order.billing.company
        person = f"{customer.first_name} {customer.last_name}".strip() or billed.name
        return {
            "name": company or person or email,
            "email": email,
            "invoiceEmail": email,
            "isPrivateIndividual": not company,
            "language": "NO" if billed.country.upper() in {"", "NO"} else "EN",
            "postalAddress": self.address(billed),
            **_told(phoneNumberMobile=customer.phone or billed.phone),
            **self.values.customer_fields,
        }

    def _coded(self, path: str, field: str, code: str) -> int:
        """The id of a currency or country. Raises Rejected for a code that Tripletex does not know."""
        if (path, code) not in self._ids:
            with reading(f"Tripletex's answer to {path}", RetryLater):
                found = [
                    row
                    for row in self.rows(path, code=code, fields=f"id,{field}")
                    if str(row[field]).upper() == code
                ]
            if not found:
                raise Rejected(f"Tripletex knows no {path.strip('/')} {code}")
            self._ids[path, code] = id_of(found[0])
        return self._ids[path, code]


def _told(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _has(row: Json, email: str) -> bool:
    return str(row.get("email") or "").strip().casefold() == email.casefold()


def numbers(rows: Iterable[Json], field: str) -> str:
    return ", ".join(str(row.get(field) or row.get("id")) for row in rows)
