"""Webhooks of an app at PayPal. An address can stand there only once; its id is part of every signature."""

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
    state_of,
)
from connectors.errors import RetryLater, Unknown
from connectors.providers.paypal.words import EVENTS
from tenants.secret_value import SecretValue

WEBHOOKS, EVENT_TYPES = "/v1/notifications/webhooks", "/v1/notifications/webhooks-event-types"


class PaypalRegistration(WebhookRegistrar):
    webhook_setting = "webhook_id"

    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        types = [{"name": name} for name in self._offered()]
        standing = self._registered(wanted)
        if standing is None:
            made = self.post(WEBHOOKS, {"url": wanted.url, "event_types": types}, keyed=False)
        else:
            path = f"{WEBHOOKS}/{quote(standing['id'], safe='')}"
            change = {"op": "replace", "path": "/event_types", "value": types}
            made = self.patch(path, [change], keyed=False)
        with reading("PayPal's webhook", Unknown):
            return WebhookRegistration(
                state=WebhookState.ACTIVE, external_id=made["id"], secret=SecretValue(made["id"])
            )

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        standing = self._registered(wanted)
        if standing is None:
            return WebhookRegistration(state=WebhookState.MISSING)
        with reading("PayPal's webhook", RetryLater):
            sent = {item["name"] for item in standing["event_types"]}
            missing = () if "*" in sent else tuple(sorted(set(self._offered()) - sent))
            return WebhookRegistration(state=state_of(missing), external_id=standing["id"], missing=missing)

    def _registered(self, wanted: WebhookRequest) -> Mapping[str, Any] | None:
        listed = self.get(WEBHOOKS)
        with reading("PayPal's list of webhooks", RetryLater):
            return next((item for item in listed["webhooks"] if item["url"] == wanted.url), None)

    def _offered(self) -> list[str]:
        """The events that we want and this account can send."""
        listed = self.get(EVENT_TYPES)
        with reading("PayPal's list of events", RetryLater):
            return sorted(EVENTS & {item["name"] for item in listed["event_types"]})
