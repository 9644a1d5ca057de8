"""Products and customers sent to Fortnox, one by one: made where they are missing, else only what differs is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from connectors.contracts.catalog import (
    BatchResult,
    CustomerRecord,
    CustomerSink,
    ItemResult,
    ItemState,
    ProductRecord,
    ProductSink,
)
from connectors.errors import Rejected
from connectors.providers.fortnox.api import Json
from connectors.providers.fortnox.bodies import MOST_DESCRIPTION
from connectors.providers.fortnox.masters import Masters, article, vat_type


class Uploads(Masters, ProductSink, CustomerSink):
    most_products = most_customers = 20

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        return BatchResult(items=tuple(self._tried(item.sku, self._product, item) for item in products))

    def export_customers(self, customers: Sequence[CustomerRecord]) -> BatchResult:
        """By their number there, else by e-mail address."""
        return BatchResult(
            items=tuple(self._tried(item.number or item.email, self._customer, item) for item in customers)
        )

    def _tried(self, key: str, export: Any, item: Any) -> ItemResult:
        """What Fortnox refuses stops no other item."""
        try:
            state, number = export(item)
        except Rejected as error:
            return ItemResult(key=key, state=ItemState.FAILED, message=error.message)
        return ItemResult(key=key, state=state, external_id=number)

    def _product(self, item: ProductRecord) -> tuple[ItemState, str]:
        there = self.article(item.sku)
        told = _told(
            Description=item.name[:MOST_DESCRIPTION],
            EAN=item.gtin,
            Unit=item.unit,
            Active=item.active,
            **item.fields,
        )
        if there is None:
            made = self.made("/3/articles", "Article", {**article(item.sku, item.name, self.values), **told})
            return ItemState.DONE, str(made.get("ArticleNumber") or item.sku)
        return self._updated(f"/3/articles/{quote(item.sku, safe='')}", "Article", told, there), item.sku

    def _customer(self, item: CustomerRecord) -> tuple[ItemState, str]:
        number = self.known_customer(item.external_id, item.number, item.email)
        told = _customer_told(item)
        if number is None:
            ours = item.number if self.values.customer_numbers == "ours" else ""
            made = self.make_customer({**_told(CustomerNumber=ours), **self.values.customer_fields, **told})
            return ItemState.DONE, str(made["CustomerNumber"])
        path = f"/3/customers/{quote(number, safe='')}"
        return self._updated(path, "Customer", told, self.one(path, "Customer")), number

    def _updated(self, path: str, name: str, told: dict[str, Any], there: Json) -> ItemState:
        different = {field: value for field, value in told.items() if str(there.get(field)) != str(value)}
        if not different:
            return ItemState.UNCHANGED
        required = {"Article": "Description", "Customer": "Name"}[name]
        self.done(path, name, {required: told.get(required) or there.get(required), **different})
        return ItemState.DONE


def _customer_told(item: CustomerRecord) -> dict[str, Any]:
    person = f"{item.first_name} {item.last_name}".strip()
    address = item.address
    country = address.country.upper() if address else ""
    placed = (
        {
            "Address1": address.line1,
            "Address2": address.line2,
            "ZipCode": address.postal_code[:10],
            "City": address.city,
            "CountryCode": country,
            "VATType": vat_type(country) if country else "",
        }
        if address
        else {}
    )
    return _told(
        Name=item.company or person or item.email,
        Type="COMPANY" if item.company else "PRIVATE",
        Email=item.email,
        Phone1=item.phone,
        OrganisationNumber=item.organisation_number,
        **placed,
        **item.fields,
    )


def _told(**fields: Any) -> dict[str, Any]:
    """Empty and None are "not told" and overwrite nothing."""
    return {name: value for name, value in fields.items() if value not in ("", None)}
