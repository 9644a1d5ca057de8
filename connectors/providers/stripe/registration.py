"""Webhook endpoints of a Stripe account. The signing secret stands in the answer that creates one, and nowhere else."""

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
from connectors.providers.stripe.words import EVENTS
from tenants.secret_value import SecretValue

ENDPOINTS = "/v1/webhook_endpoints"


class StripeRegistration(WebhookRegistrar):
    webhook_setting = "webhook_secret"

    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        earlier = [item["id"] for item in self._endpoints(wanted)]
        body = {
            "url": wanted.url,
            "enabled_events": sorted(EVENTS),
            "api_version": self.headers["Stripe-Version"],
            "description": "Crossdock",
        }
        made = self.post(ENDPOINTS, body)
        with reading("Stripe's webhook endpoint", Unknown):
            return WebhookRegistration(
                state=WebhookState.ACTIVE,
                external_id=made["id"],
                secret=SecretValue(made["secret"]),
                note=removed(self._remove, earlier),
            )

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        for item in self._endpoints(wanted):
            sent = set(item["enabled_events"])
            missing = () if "*" in sent else tuple(sorted(EVENTS - sent))
            state = state_of(missing, enabled=item["status"] == "enabled")
            return WebhookRegistration(state=state, external_id=item["id"], missing=missing)
        return WebhookRegistration(state=WebhookState.MISSING)

    def _endpoints(self, wanted: WebhookRequest) -> list[Mapping[str, Any]]:
        """Stripe allows sixteen endpoints, which are one page."""
        page = self.get(ENDPOINTS, limit=100)
        with reading("Stripe's webhook endpoints", RetryLater):
            return [item for item in page["data"] if item["url"] == wanted.url]

    def _remove(self, endpoint: str) -> None:
        self.delete(f"{ENDPOINTS}/{quote(endpoint, safe='')}", keyed=False)
