"""A customer as Engage's contact, and the reverse. A field that is empty is never sent: Engage would empty its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.catalog import CustomerRecord
from connectors.contracts.common import Address, Customer
from connectors.contracts.plain import plain
from connectors.providers.voyado.settings import PREFERENCES, consents_of

Json = Mapping[str, Any]

EMAIL, PHONE, NUMBER = "email", "mobilePhone", "externalId"


def identity(who: CustomerRecord | Customer, identifier: str) -> str:
    """What tells this person apart by UniqueIdentifier; "" where nobody told it."""
    return {"Email": who.email, "Phone": who.phone, "CustomerNumber": who.number}[identifier].strip()


def fields_of(record: CustomerRecord, values: Any) -> dict[str, Any]:
    """The contact's own fields that are told."""
    where = record.address or Address()
    number = record.number if values.send_customer_number else ""
    told = {
        "firstName": record.first_name,
        "lastName": record.last_name,
        EMAIL: record.email,
        PHONE: record.phone,
        NUMBER: number,
        "street": ", ".join(filter(None, [where.line1, where.line2])),
        "zipCode": where.postal_code,
        "city": where.city,
        "countryCode": where.country.upper(),
        **record.fields,
    }
    return {name: plain(value) for name, value in told.items() if not _is_empty(value)}


def consents_told(record: CustomerRecord, values: Any) -> dict[str, Any]:
    """`preferences` and `consents` as Engage takes them, each only where something is told."""
    names = consents_of(values)
    given = {
        names[name]: value for name, value in record.consents.items() if name in names and value is not None
    }
    preferences = {name: value for name, value in given.items() if name in PREFERENCES.values()}
    source = {"source": values.source} if values.source else {}
    consents = [
        {"id": name, "value": value, **source} for name, value in given.items() if name not in preferences
    ]
    return {name: told for name, told in (("preferences", preferences), ("consents", consents)) if told}


def differing(body: Json, there: Json) -> dict[str, Any]:
    """What of a body is not so yet."""
    attributes, preferences, consents = parts(there)
    changed = {
        name: value
        for name, value in body.items()
        if name not in {"preferences", "consents"} and str(attributes.get(name, "")) != str(value)
    }
    wanted = {
        name: value
        for name, value in body.get("preferences", {}).items()
        if preferences.get(name) is not value
    }
    agreed = [item for item in body.get("consents", ()) if consents.get(item["id"]) is not item["value"]]
    return changed | ({"preferences": wanted} if wanted else {}) | ({"consents": agreed} if agreed else {})


def record_of(contact: Json, values: Any) -> CustomerRecord:
    """Raises LookupError, TypeError or AttributeError for what is no contact."""
    attributes, preferences, consents = parts(contact)
    text = {name: str(value) for name, value in attributes.items() if isinstance(value, str | int)}
    kind = type_of(contact)
    agreed = {**consents, **preferences}
    return CustomerRecord(
        external_id=contact["id"],
        number=text.get(NUMBER, "") if values.send_customer_number else "",
        email=text.get(EMAIL, ""),
        phone=text.get(PHONE, ""),
        first_name=text.get("firstName", ""),
        last_name=text.get("lastName", ""),
        address=_address(text),
        consents={ours: agreed.get(theirs) for ours, theirs in consents_of(values).items()},
        member=kind.casefold() == values.member_type.casefold() if kind else None,
        fields=dict(attributes),
    )


def type_of(contact: Json) -> str:
    """The contact type's id; "" where Engage does not tell it."""
    for part in (contact, contact.get("meta"), contact.get("attributes")):
        kind = part.get("contactType") if isinstance(part, Mapping) else None
        if isinstance(kind, str) and kind:
            return kind
    return ""


def parts(contact: Json) -> tuple[Json, Mapping[str, bool], Mapping[str, bool]]:
    """Attributes, preferences by name, consents by id; what is not set is left out."""
    preferences = {
        name: value for name, value in (contact.get("preferences") or {}).items() if isinstance(value, bool)
    }
    consents = {
        str(item["id"]): item["value"]
        for item in contact.get("consents") or ()
        if isinstance(item.get("value"), bool)
    }
    return contact.get("attributes") or {}, preferences, consents


def _address(text: Mapping[str, str]) -> Address | None:
    told = Address(
        line1=text.get("street", ""),
        postal_code=text.get("zipCode", ""),
        city=text.get("city", ""),
        country=text.get("countryCode", "").upper(),
    )
    return None if told == Address() else told


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == [] or value == {}
