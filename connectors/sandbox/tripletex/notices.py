"""Webhooks: a delivery for each subscription to an event, signed with its own secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from uuid import uuid4

from connectors.sandbox.core.sender import Post
from connectors.sandbox.tripletex.company import Company, Json, dumped
from connectors.sandbox.tripletex.fields import shown


def posts(company: Company, event: str, record: Json) -> Iterator[Post]:
    for subscription in company.subscriptions.values():
        if subscription["event"] == event and subscription["status"] == "ACTIVE":
            yield _post(subscription, event, record)


def _post(subscription: Json, event: str, record: Json) -> Post:
    value = shown(record, subscription.get("fields") or "id")
    told = {"subscriptionId": subscription["id"], "event": event, "id": record["id"], "value": value}
    body, key, secret = dumped(told), str(uuid4()), str(subscription["_secret"])
    digest = hmac.new(secret.encode(), key.encode() + b"&" + body, hashlib.sha512).digest()
    headers = {
        "Content-Type": "application/json",
        "idempotency-key": key,
        "x-request-signature": base64.b64encode(digest).decode(),
    }
    return Post(
        url=subscription["targetUrl"],
        make=lambda now: (body, headers),
        noted={"event": event, "id": record["id"]},
    )
