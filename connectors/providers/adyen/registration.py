"""Standard webhooks of a merchant account, by Adyen's Management API v3. The credential needs the role that manages
webhooks; the HMAC key is made by a call of its own and told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

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
from tenants.secret_value import SecretValue

VERSION = "/v3"
HOSTS = {"test": "https://management-test.adyen.com", "live": "https://management-live.adyen.com"}
PAGE, PAGES = 100, 10


class AdyenRegistration(WebhookRegistrar):
    webhook_setting = "hmac_key"
    further_hosts = tuple(HOSTS.values())

    def register_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        earlier = [item["id"] for item in self._standard(wanted)]
        body = {
            "type": "standard",
            "url": wanted.url,
            "active": True,
            "communicationFormat": "json",
            "description": "Crossdock",
        }
        made = self.post(self._webhooks(), body)
        with reading("Adyen's webhook", Unknown):
            webhook = str(made["id"])
        key = self.post(f"{self._webhooks(webhook)}/generateHmac")
        with reading("Adyen's HMAC key", Unknown):
            secret = SecretValue(key["hmacKey"])
        note = removed(lambda item: self.delete(self._webhooks(item), keyed=False), earlier)
        return WebhookRegistration(state=WebhookState.ACTIVE, external_id=webhook, secret=secret, note=note)

    def check_webhook(self, wanted: WebhookRequest) -> WebhookRegistration:
        for item in self._standard(wanted):
            return WebhookRegistration(
                state=state_of((), enabled=bool(item["active"])), external_id=str(item["id"])
            )
        return WebhookRegistration(state=WebhookState.MISSING)

    def _standard(self, wanted: WebhookRequest) -> list[Mapping[str, Any]]:
        return [item for item in self._listed() if item["type"] == "standard" and item["url"] == wanted.url]

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        for number in range(1, PAGES + 1):
            page = self.get(self._webhooks(), pageNumber=number, pageSize=PAGE)
            with reading("Adyen's webhooks", RetryLater):
                yield from page.get("data") or ()
                if number >= page["pagesTotal"]:
                    return

    def _webhooks(self, webhook: str = "") -> str:
        """Adyen's own Checkout hosts have the Management API beside them; any other host stands for both."""
        host = urlsplit(self.config.host).hostname or ""
        own = host.endswith((".adyen.com", ".adyenpayments.com"))
        base = HOSTS["test" if self.config.is_test else "live"] if own else ""
        path = f"{base}{VERSION}/merchants/{quote(self.values.merchant_id, safe='')}/webhooks"
        return f"{path}/{quote(webhook, safe='')}" if webhook else path
