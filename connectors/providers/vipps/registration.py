"""The Webhooks API of Vipps MobilePay: registrations of a sales unit, each with a secret that is told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import reading
from connectors.contracts.webhooks import (
    WebhookRegistrar,
    WebhookRegistration,
    WebhookRequest,
    WebhookState,
    removed,
    state_of,
)
from connectors.errors import RetryLater, Unknown
from connectors.providers.vipps.words import REGISTERED
from tenants.secret_value import SecretValue

WEBHOOKS = "/webhooks/v1/webhooks"


class VippsRegistration(WebhookRegistrar):
    webhook_setting = "webhook_secret"

    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        earlier = [item["id"] for item in self._registered(wanted)]
        made = self.post(WEBHOOKS, {"url": wanted.url, "events": list(REGISTERED)})
        with reading("Vipps MobilePay's registration", Unknown):
            return WebhookRegistration(
                state=WebhookState.ACTIVE,
                external_id=made["id"],
                secret=SecretValue(made["secret"]),
                note=removed(self._remove, earlier),
            )

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        for item in self._registered(wanted):
            missing = tuple(sorted(set(REGISTERED) - set(item["events"])))
            return WebhookRegistration(state=state_of(missing), external_id=item["id"], missing=missing)
        return WebhookRegistration(state=WebhookState.MISSING)

    def _registered(self, wanted: WebhookRequest) -> list[Mapping[str, Any]]:
        listed = self.get(WEBHOOKS)
        with reading("Vipps MobilePay's registrations", RetryLater):
            return [item for item in listed["webhooks"] if item["url"] == wanted.url]

    def _remove(self, registration: str) -> None:
        self.delete(f"{WEBHOOKS}/{quote(registration, safe='')}", keyed=False)
