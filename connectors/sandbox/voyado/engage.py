"""What one Engage holds, and how it says no."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

PREFERENCES = ("acceptsEmail", "acceptsSms", "acceptsPostal")
#: Types of contacts that there are.
TYPES = ("Contact", "Member")


class EngageError(ValueError):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"errorCode": code, "message": message}


@dataclass
class Contact:
    """`changed` is when what happened to it last, by kind of change."""

    id: str
    kind: str
    attributes: Json
    preferences: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(PREFERENCES, False))
    consents: dict[str, Json] = field(default_factory=dict)
    points: Decimal = Decimal(0)
    promotions: list[Json] = field(default_factory=list)
    vouchers: list[Json] = field(default_factory=list)
    changed: dict[str, datetime] = field(default_factory=dict)

    def shown(self) -> Json:
        return {
            "id": self.id,
            "attributes": self.attributes,
            "meta": {"contactType": self.kind},
            "preferences": self.preferences,
            "consents": [{"id": name, **told} for name, told in self.consents.items()],
        }


@dataclass
class Engage:
    contacts: dict[str, Contact] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)
    receipts: dict[str, Json] = field(default_factory=dict)
    consents: list[str] = field(default_factory=lambda: ["clubTerms"])

    def found(self, field_name: str, value: str) -> list[Contact]:
        wanted = value.strip().casefold()
        return [
            item
            for item in self.contacts.values()
            if wanted and str(item.attributes.get(field_name) or "").casefold() == wanted
        ]

    def contact(self, contact_id: str) -> Contact:
        if contact_id not in self.contacts:
            raise EngageError(404, "ContactNotFound", "There is no such contact")
        return self.contacts[contact_id]

    def make(self, body: Json) -> Contact:
        kind = body.pop("contactType", "Member")
        if kind not in TYPES:
            raise EngageError(400, "InvalidContactType", f"There is no contact type {kind}")
        contact = Contact(str(uuid.uuid4()), kind, {})
        self._put(contact, body)
        self.contacts[contact.id] = contact
        contact.changed["Created"] = now()
        return contact

    def change(self, contact: Contact, body: Json) -> None:
        """As sent, also where that is empty."""
        self._put(contact, body)
        contact.changed["Updated"] = now()

    def remove(self, contact: Contact) -> None:
        del self.contacts[contact.id]
        self.gone[contact.id] = now()

    def changes(self, kind: str, since: datetime, until: datetime) -> list[str]:
        if kind == "Deleted":
            times = self.gone
        else:
            times = {item.id: item.changed[kind] for item in self.contacts.values() if kind in item.changed}
        return [contact_id for contact_id, at in times.items() if since <= at <= until]

    def _put(self, contact: Contact, body: Json) -> None:
        if body.get("lastName") == "Refused":
            raise EngageError(400, "ValidationError", "lastName is not taken")
        told = dict(body)
        contact.preferences |= {
            name: bool(value) for name, value in (told.pop("preferences", None) or {}).items()
        }
        for item in told.pop("consents", None) or []:
            if item["id"] not in self.consents:
                raise EngageError(400, "ValidationError", f"There is no consent {item['id']}")
            contact.consents[item["id"]] = {"value": item["value"], "date": now().isoformat()}
        contact.attributes |= told


def now() -> datetime:
    return datetime.now(UTC)
