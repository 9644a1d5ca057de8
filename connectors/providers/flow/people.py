"""Who bought, and where they live, as an order of Flow tells it."""

from __future__ import annotations

from connectors.contracts.common import Address, Customer
from connectors.providers.flow.numbers import Json, text


def buyer_of(order: Json, owner: str) -> Customer:
    """`owner` is the key of Flow's own customer numbers."""
    contact, address = order.get("customerContact") or {}, order.get("customerAddress") or {}
    uid = text(order, "customerUid")
    return Customer(
        email=text(contact, "email") or text(address, "email"),
        phone=text(contact, "mobile") or text(address, "mobile"),
        first_name=text(contact, "firstname") or text(address, "firstname"),
        last_name=text(contact, "lastname") or text(address, "lastname"),
        company=text(address, "companyName"),
        external_ids={owner: uid} if uid else {},
    )


def address_of(given: Json | None) -> Address | None:
    if not given or not any(given.get(name) for name in ("address", "city", "email", "lastname")):
        return None
    name = text(given, "displayName") or " ".join(
        filter(None, (given.get("firstname"), given.get("lastname")))
    )
    return Address(
        name=name,
        company=text(given, "companyName"),
        line1=text(given, "address"),
        postal_code=text(given, "postalCode"),
        city=text(given, "city"),
        country=text(given, "countryCode").upper()[:2],
        email=text(given, "email"),
        phone=text(given, "mobile"),
    )
