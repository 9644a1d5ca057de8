"""Voyado Engage: contacts, receipts, loyalty.

Reference: developer.voyado.com (API v3 and v2), read on 2026-11-26. There are no idempotency keys: contacts are looked for
before they are made, and receipts are ignored there when their unique id is known. Quirks: a field that is sent empty is
emptied, GET needs a Content-Type, times of changes have no zone, receipts are booked in batches after they were taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.auth import HeaderKey
from connectors.contracts.base import Category, Inbound, Limits, NotExecuted, reading
from connectors.contracts.common import WebhookEvent
from connectors.errors import Misconfigured, RetryLater
from connectors.providers.voyado.loyalty import LoyaltyOf
from connectors.providers.voyado.receipts import Receipts
from connectors.providers.voyado.settings import PREFERENCES, VoyadoSettings, address, consents_of
from connectors.providers.voyado.webhooks import event_of
from connectors.providers.voyado.words import CONTACT_EVENTS, GUIDE, LOYALTY_EVENTS
from connectors.signing import StandardWebhook


class Voyado(Receipts, LoyaltyOf):
    slug, label, category = "voyado", "Voyado Engage", Category.CRM
    names, aliases = ("Voyado",), ("Voyado Engage",)
    settings = VoyadoSettings
    auth = HeaderKey("apikey", "api_key")
    check = ("GET", "/api/v3/consents")
    limits = Limits(per_second=40)
    webhook = StandardWebhook(key="webhook_secret", prefix="svix")
    webhook_events = (*CONTACT_EVENTS, *LOYALTY_EVENTS)
    guide = GUIDE

    @classmethod
    def own_host(cls, values: Any) -> str:
        return address(values)

    def test_connection(self) -> Any:
        """Raises Misconfigured for consents of ConsentMapping that Engage does not have."""
        body = self.get(self.at("consents"))
        self.read_check(body)
        return body

    def read_check(self, body: Any) -> None:
        with reading("Voyado's list of consents", RetryLater):
            known = {*PREFERENCES.values(), *(str(item["id"]) for item in body)}
        unknown = sorted(set(consents_of(self.values).values()) - known)
        if unknown:
            raise Misconfigured(
                f"Voyado has no consent {', '.join(unknown)}; correct the Key Group ConsentMapping to names among"
                f" {', '.join(sorted(known))}"
            )

    def settle(self, operation: str, request: Any) -> Any:
        """A receipt may be sent again: Engage ignores one whose unique id it has."""
        if operation == "export_receipt":
            return NotExecuted()
        return super().settle(operation, request)

    def read_webhook(self, inbound: Inbound) -> Sequence[WebhookEvent]:
        return [event_of(inbound)]
