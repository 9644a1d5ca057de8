"""Tripletex's webhooks: who signed them, what they tell of, and how the address is registered.

They only say that something changed; how it stands is read by the next import, so their order means nothing.
Source: Tripletex/tripletex-api2, docs/webhooks and the changelog of 2.71.19.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.catalog import ChangeNotices
from connectors.contracts.common import WebhookEvent
from connectors.contracts.webhooks import (
    WebhookRegistrar,
    WebhookRegistration,
    WebhookRequest,
    WebhookState,
    removed,
    state_of,
)
from connectors.errors import RetryLater
from connectors.providers.tripletex.api import Books, Json, id_of
from connectors.signing import HmacSha256
from connectors.signing.parts import header_of
from tenants.secret_value import SecretValue

_KEY = "idempotency-key"
#: By event: what has changed, and the operation by which that is read.
_TOLD: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("product.create", "product.update"), ("products", "import_products")),
    **dict.fromkeys(("customer.create", "customer.update"), ("customers", "import_customers")),
    "invoice.charged": ("", "import_paid_invoices"),
}
EVENTS = tuple(_TOLD)
_SUBSCRIPTION = "id,event,targetUrl,status"


@dataclass(frozen=True, slots=True, kw_only=True)
class TripletexSignature(HmacSha256):
    """Base64 HMAC-SHA512 over the delivery's idempotency key, an ampersand and the raw body."""

    hash_name = "sha512"

    def signed_bytes(self, inbound: Inbound) -> bytes:
        return _signed(header_of(inbound, _KEY), inbound.body)

    def sign(
        self, body: bytes, secrets: Sequence[SecretValue], *, now: float, message_id: str = ""
    ) -> dict[str, str]:
        """With `message_id` as idempotency key."""
        signed = HmacSha256.sign(self, _signed(message_id, body), secrets, now=now)
        return {_KEY: message_id, **signed}


class Webhooks(Books, ChangeNotices, WebhookRegistrar):
    webhook = TripletexSignature(header="x-request-signature", key="webhook_secret", encoding="base64")
    webhook_events = EVENTS
    webhook_setting = "webhook_secret"

    def read_webhook(self, inbound: Inbound) -> list[WebhookEvent]:
        with reading("This webhook of Tripletex"):
            body = inbound.json()
            event, found = body["event"], body["id"]
            if not isinstance(event, str) or "." not in event or type(found) is not int:
                raise TypeError("event or id is of another kind")
        changed, operation = _TOLD.get(event, ("", ""))
        return [
            WebhookEvent(
                id=inbound.headers.get(_KEY, ""),
                type=event,
                provider_id=str(found),
                data={"changed": changed, "read_by": operation},
            )
        ]

    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        """One subscription for each event, with a new secret; the former ones are removed once the new ones stand."""
        former = self._subscriptions(wanted.url)
        secret = SecretValue(secrets.token_urlsafe(32))
        made = [id_of(self.made("/event/subscription", _body(wanted.url, name, secret))) for name in EVENTS]
        ids = [str(id_of(row)) for row in former if id_of(row) not in made]
        note = removed(lambda item: self.delete(f"/event/subscription/{item}"), ids)
        return WebhookRegistration(
            state=WebhookState.ACTIVE, external_id=_ids(made), secret=secret, note=note
        )

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        rows = self._subscriptions(wanted.url)
        if not rows:
            return WebhookRegistration(state=WebhookState.MISSING)
        told = {str(row["event"]): str(row["status"]) for row in rows}
        missing = tuple(name for name in EVENTS if name not in told)
        off = sorted({f"{name}: {status}" for name, status in told.items() if status != "ACTIVE"})
        return WebhookRegistration(
            state=state_of(missing, enabled=not off),
            external_id=_ids(map(id_of, rows)),
            missing=missing,
            note=", ".join(off),
        )

    def _subscriptions(self, url: str) -> list[Json]:
        with reading("Tripletex's subscriptions", RetryLater):
            rows = self.rows("/event/subscription", fields=_SUBSCRIPTION)
            return [row for row in rows if row["targetUrl"] == url and row["event"] and row["status"]]


def _body(url: str, event: str, secret: SecretValue) -> dict[str, Any]:
    return {"event": event, "targetUrl": url, "fields": "id,version", "hmacSharedSecret": secret}


def _signed(key: str, body: bytes) -> bytes:
    return key.encode() + b"&" + body


def _ids(found: Any) -> str:
    return ",".join(str(item) for item in found)
