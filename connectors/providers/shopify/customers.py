"""Customers of Shopify as records."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import CatalogPage, CustomerRecord, CustomerSource
from connectors.contracts.common import Address
from connectors.errors import RetryLater
from connectors.providers.shopify import catalog_queries as queries
from connectors.providers.shopify.cursor import Cursor
from connectors.providers.shopify.graphql import Json, ShopifyApi
from connectors.providers.shopify.orders import moment

PAGE = 100
#: What Shopify's states say of consent; someone who was never asked has said nothing.
_CONSENT = {"SUBSCRIBED": True, "UNSUBSCRIBED": False, "INVALID": False}


class Customers(ShopifyApi, CustomerSource):
    def import_customers(self, cursor: str) -> CatalogPage[CustomerRecord]:
        at = Cursor.read(cursor)
        found = self.ask(queries.CUSTOMERS, first=PAGE, after=at.after, query=at.query(None))["customers"]
        with reading("Shopify's list of customers", RetryLater):
            items = tuple(map(record, found["nodes"]))
            after = found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None
        return CatalogPage(items=items, cursor=at.next(items, after).text(), more=bool(after))


def record(node: Json) -> CustomerRecord:
    email, phone = node["defaultEmailAddress"] or {}, node["defaultPhoneNumber"] or {}
    told = node["defaultAddress"] or {}
    return CustomerRecord(
        external_id=str(node["legacyResourceId"]),
        email=email.get("emailAddress") or "",
        phone=phone.get("phoneNumber") or told.get("phone") or "",
        first_name=node["firstName"] or told.get("firstName") or "",
        last_name=node["lastName"] or told.get("lastName") or "",
        company=told.get("company") or "",
        address=_address(told) if told else None,
        consents={"email": _CONSENT.get(email.get("marketingState") or "")},
        modified_at=moment(node["updatedAt"]),
        fields=_fields(node),
    )


def _address(told: Json) -> Address:
    names = (told.get("firstName"), told.get("lastName"))
    return Address(
        name=" ".join(filter(None, names)),
        company=told.get("company") or "",
        line1=told.get("address1") or "",
        line2=told.get("address2") or "",
        postal_code=told.get("zip") or "",
        city=told.get("city") or "",
        region=told.get("provinceCode") or "",
        country=told.get("countryCodeV2") or "",
        phone=told.get("phone") or "",
    )


def _fields(node: Json) -> dict[str, Any]:
    """What a Field Mapping may name."""
    return {
        "note": node["note"] or "",
        "tags": ", ".join(node["tags"]),
        "locale": node["locale"],
        "state": node["state"],
        "tax_exempt": node["taxExempt"],
    }
