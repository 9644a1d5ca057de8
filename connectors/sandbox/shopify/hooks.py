"""Webhooks about orders, signed with the app's client secret and sent to whoever subscribed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import uuid
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.shopify.shop import Json, Order, Shop, now_after
from connectors.sandbox.stripe.sender import Sender

VERSION = "2026-07"
_TIMEOUT_S = 10


class Hooks(Sender):
    """A sender whose messages carry their headers and body themselves."""

    def emit(self, shop: Shop, topic: str, order: Order) -> None:
        for subscription in shop.subscriptions:
            if topic in subscription.topics:
                message = _message(shop, topic, order, subscription.secret)
                for _ in range(subscription.times):
                    self.send(subscription.url, subscription.secret, message)

    def _delivered(self, message: Any, attempt: int) -> bool:
        status, problem = _post(message.url, message.event["headers"], message.event["body"])
        told = {name: message.event[name] for name in ("id", "topic")}
        self.deliveries.append(
            {**told, "url": message.url, "attempt": attempt, "status": status, "problem": problem}
        )
        return status is not None and 200 <= status < 300


def _message(shop: Shop, topic: str, order: Order, secret: str) -> Json:
    """The order as it is now, under an id that repetitions keep."""
    body = json.dumps(order.body).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    message_id = str(uuid.uuid4())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook (sandbox)",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-API-Version": VERSION,
        "X-Shopify-Webhook-Id": message_id,
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": now_after(),
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    }
    return {"id": message_id, "topic": topic, "headers": headers, "body": body}


def _post(url: str, headers: dict[str, str], body: bytes) -> tuple[int | None, str]:
    """Status of the answer, or None and what was in the way."""
    target = urlsplit(url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.netloc, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", target.path + (f"?{target.query}" if target.query else ""), body, headers)
        return connection.getresponse().status, ""
    except (OSError, http.client.HTTPException) as error:
        return None, str(error) or type(error).__name__
    finally:
        connection.close()
