"""Customers and articles, which an order needs before it can be made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import reading
from connectors.contracts.common import OrderDocument
from connectors.errors import Rejected, RetryLater
from connectors.providers.fortnox.api import NUMBER_TAKEN, Books, Json
from connectors.providers.fortnox.bodies import MOST_DESCRIPTION, MOST_SKU
from connectors.providers.fortnox.words import EU

_TEXT = 1024


class Masters(Books):
    def make_articles(self, order: OrderDocument) -> list[str]:
        """Make those that are not there; returns their numbers. Raises Rejected, naming them, where that is not wanted."""
        names = {line.sku: line.name for line in order.lines}
        wanted = {sku: article(sku, name, self.values) for sku, name in names.items()}
        if order.shipping_total:
            fee = article(self.values.shipping_article, "Frakt", self.values)
            wanted.setdefault(self.values.shipping_article, {**fee, "Type": "SERVICE"})
        missing = [sku for sku in wanted if self.article(sku) is None]
        if missing and not self.values.create_articles:
            raise Rejected(
                f"Fortnox has no article {', '.join(missing)}; create it there, correct the SKU, or set the connector's"
                " property CreateArticles to true"
            )
        for sku in missing:
            self.made("/3/articles", "Article", wanted[sku])
        return missing

    def article(self, sku: str) -> Json | None:
        if not sku or len(sku) > MOST_SKU:
            raise Rejected(
                f"The SKU {sku[:80]!r} is no article number: Fortnox takes 1 to {MOST_SKU} characters"
            )
        return self.known(f"/3/articles/{quote(sku, safe='')}", "Article")

    def customer_for(self, order: OrderDocument) -> str:
        """The number of the order's customer, who is made when neither number nor e-mail address is known there."""
        if self.values.customer_number:
            return str(self.values.customer_number)
        return self._customer_of(order) or self._new_customer(order)

    def customer_by(self, field: str, text: str) -> str | None:
        """The lowest number, so that it is always the same where several have one e-mail address."""
        name = {"customernumber": "CustomerNumber", "email": "Email"}[field]
        with reading("Fortnox's customers", RetryLater):
            found = self.rows("/3/customers", "Customers", **{field: text})
            same = [row for row in found if str(row.get(name) or "").strip().casefold() == text.casefold()]
            return min((str(row["CustomerNumber"]) for row in same), key=_rank, default=None)

    def known_customer(self, external_id: str, number: str, email: str) -> str | None:
        """The number there. Our own number is looked for only where new customers get it: else it may be another's."""
        ours = number if self.values.customer_numbers == "ours" else ""
        for known in filter(None, (external_id, ours)):
            found = self.customer_by("customernumber", known)
            if found is not None:
                return found
        return self.customer_by("email", email) if email else None

    def _customer_of(self, order: OrderDocument) -> str | None:
        external_id = order.customer.external_ids.get(self.config.connector_id or self.config.name, "")
        email = order.customer.email or order.billing.email
        return self.known_customer(external_id, order.customer.number, email)

    def _new_customer(self, order: OrderDocument) -> str:
        body = new_customer(order, self.values)
        if not body.get("Email") and "CustomerNumber" not in body:
            raise Rejected(
                "The order's customer has no e-mail address to be found by in Fortnox; enter one, or set the connector's"
                " property CustomerNumber"
            )
        return str(self.make_customer(body)["CustomerNumber"])

    def make_customer(self, body: dict[str, Any]) -> Json:
        """A number that a deleted customer had stays taken: then the next one of the series is used."""
        try:
            return self.made("/3/customers", "Customer", body)
        except Rejected as error:
            if error.code != NUMBER_TAKEN or "CustomerNumber" not in body or not body.get("Email"):
                raise
        rest = {name: value for name, value in body.items() if name != "CustomerNumber"}
        return self.made("/3/customers", "Customer", rest)


def article(sku: str, name: str, values: Any) -> dict[str, Any]:
    return {
        "Type": "STOCK",
        **values.article_fields,
        "ArticleNumber": sku,
        "Description": (name or sku)[:MOST_DESCRIPTION],
    }


def new_customer(order: OrderDocument, values: Any) -> dict[str, Any]:
    customer, given = order.customer, bool(order.billing.line1 or order.billing.city)
    address = order.billing if given else order.shipping
    company = customer.company or order.billing.company
    email = customer.email or order.billing.email
    person = f"{customer.first_name} {customer.last_name}".strip() or address.name
    country = address.country.upper()
    fields = {
        "CustomerNumber": customer.number if values.customer_numbers == "ours" else "",
        "Name": (company or person or email)[:_TEXT],
        "Type": "COMPANY" if company else "PRIVATE",
        "Email": email,
        "Phone1": customer.phone or address.phone,
        "Address1": address.line1,
        "Address2": address.line2,
        "ZipCode": address.postal_code[:10],
        "City": address.city,
        "CountryCode": country,
        "Currency": order.currency,
        "VATType": vat_type(country),
        "ExternalReference": customer.number,
    }
    return {**{name: text for name, text in fields.items() if text}, **values.customer_fields}


def vat_type(country: str) -> str:
    """Swedish VAT at home, VAT abroad in the EU for consumers, none outside; CustomerFields may say otherwise."""
    if country in {"", "SE"}:
        return "SEVAT"
    return "EUVAT" if country in EU else "EXPORT"


def _rank(number: str) -> tuple[int, str]:
    return (len(number), number) if number.isdecimal() else (99, number)


def numbers(rows: Iterable[Json]) -> str:
    return ", ".join(str(row["DocumentNumber"]) for row in rows)
