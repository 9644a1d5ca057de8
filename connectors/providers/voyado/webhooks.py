"""What Engage's webhooks tell: that something about a contact changed. What it is now, the import reads."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.errors import Rejected
from connectors.providers.voyado.words import CONTACT_EVENTS


def event_of(inbound: Inbound) -> WebhookEvent:
    """Svix repeats a message under the same id. Payloads write the contact's id in two ways."""
    with reading("This webhook of Voyado"):
        body = inbound.json()
        kind, payload = _text(body["eventType"]), body["payload"]
        if body.get("isEncrypted"):
            raise Rejected("Voyado's payload is encrypted; switch that off in the webhook portal of Engage")
        return WebhookEvent(
            id=_text(inbound.headers["svix-id"]),
            type=kind,
            provider_id=_text(payload.get("contactId") or payload["ContactId"]),
            data={"read_by": "import_customers"} if kind in CONTACT_EVENTS else {},
        )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is no text")
    return value
