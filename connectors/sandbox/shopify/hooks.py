"""Webhooks about orders, signed with the app's client secret and sent to whoever subscribed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid

from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.shopify.call import Call, gid
from connectors.sandbox.shopify.shop import Json, Order, Shop, Subscription, now_after

VERSION = "2026-07"


class Hooks(Sender):
    def emit(self, shop: Shop, topic: str, order: Order) -> None:
        """The order as it is now, under an id that repetitions keep. The caller holds the vendor's lock."""
        for subscription in shop.subscriptions:
            if topic in subscription.topics:
                post = _post(shop, topic, order, subscription)
                for _ in range(subscription.times):
                    self.send(post)


def _post(shop: Shop, topic: str, order: Order, subscription: Subscription) -> Post:
    body = json.dumps(order.body).encode()
    headers = _headers(shop, topic, body, subscription.secret)
    noted = {"id": headers["X-Shopify-Webhook-Id"], "topic": topic}
    return Post(url=subscription.url, make=lambda at: (body, headers), noted=noted)


def _headers(shop: Shop, topic: str, body: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook (sandbox)",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-API-Version": VERSION,
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": now_after(),
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    }


def read_subscriptions(call: Call) -> Json:
    """One for each topic of an address."""
    found = [
        {"id": gid("WebhookSubscription", number), "topic": _enum(topic), "uri": uri}
        for (uri, topic), number in call.shop.subscribed.items()
    ]
    return {"webhookSubscriptions": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": found}}


def subscribe(call: Call) -> Json:
    """Deliveries begin where tests or the demo have told the app's secret; see controls.py."""
    uri, topic = call.variables["webhookSubscription"]["uri"], call.variables["topic"]
    place = (uri, topic.lower().replace("_", "/", 1))
    if place in call.shop.subscribed:
        errors = [
            {
                "field": ["webhookSubscription", "callbackUrl"],
                "message": "Address for this topic is taken",
            }
        ]
        return {"webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": errors}}
    call.shop.subscribed[place] = call.shop.new_id()
    made = {"id": gid("WebhookSubscription", call.shop.subscribed[place])}
    return {"webhookSubscriptionCreate": {"webhookSubscription": made, "userErrors": []}}


def _enum(topic: str) -> str:
    return topic.replace("/", "_").upper()
