"""Shopify's webhooks: who signed them, which shop they are from, and what they tell of an order.

Headers come as X-Shopify-… and, from newer subscriptions, as shopify-…; only the body is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.errors import BadSignature, Rejected
from connectors.providers.shopify.orders import Taking, moment
from connectors.providers.shopify.rest import node_of
from connectors.signing import HmacSha256
from tenants.secret_value import SecretValue

#: Topics whose body is the order itself.
ORDER_TOPICS = frozenset(
    f"orders/{what}"
    for what in ("create", "updated", "cancelled", "paid", "fulfilled", "partially_fulfilled")
)
#: What is worth subscribing to; the others only tell what an update tells too.
SUBSCRIBED = ("orders/create", "orders/updated", "orders/cancelled")
_DEMANDED = ("Topic", "Shop-Domain", "API-Version", "Webhook-Id")


def header(inbound: Inbound, name: str) -> str:
    """A header of Shopify's by its last part, such as "Topic"; "" where it is missing."""
    headers, last = inbound.headers, name.lower()
    return headers.get(f"x-shopify-{last}") or headers.get(f"shopify-{last}") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifySignature(HmacSha256):
    """HMAC-SHA256 of the raw body with the app's client secret, as base64; a delivery without all headers is refused.

    Source: Shopify/shopify-app-js, lib/webhooks/validate.ts.
    """

    def verify(self, inbound: Inbound, secrets: Sequence[SecretValue], now: float) -> None:
        if not inbound.body:
            raise BadSignature("The body is empty")
        missing = [name for name in _DEMANDED if not header(inbound, name)]
        if missing:
            raise BadSignature(f"The header X-Shopify-{missing[0]} is missing")
        given = {**inbound.headers, self.header.lower(): header(inbound, "Hmac-Sha256")}
        HmacSha256.verify(self, replace(inbound, headers=given), secrets, now)


def read(inbound: Inbound, domain: str, taking: Taking) -> list[WebhookEvent]:
    """The one event of a delivery. Raises Rejected for another shop's, and for a body that cannot be read."""
    shop, topic = header(inbound, "Shop-Domain").lower(), header(inbound, "Topic")
    if shop != domain:
        raise Rejected(
            f"This webhook is from {shop or 'no shop'}, not from {domain}; check ShopifyUrl and the subscription"
        )
    with reading("This webhook of Shopify"):
        body = inbound.json()
        told = header(inbound, "Triggered-At")
        event = WebhookEvent(
            id=header(inbound, "Webhook-Id"),
            type=topic,
            provider_id=str(body.get("id") or ""),
            occurred_at=moment(told) if told else None,
        )
        if topic not in ORDER_TOPICS:
            return [event]
        order = taking.read(node_of(body))
    return [
        replace(
            event,
            provider_id=order.external_id,
            occurred_at=event.occurred_at or order.modified_at,
            data={"order": order},
        )
    ]
