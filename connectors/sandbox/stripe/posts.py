"""Events as Stripe posts and signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.core.sender import Post


def post_of(url: str, secret: str, event: Mapping[str, Any]) -> Post:
    def make(at: int) -> tuple[bytes, Mapping[str, str]]:
        body = json.dumps(event, indent=2).encode()
        return body, {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(secret, body, at),
            "User-Agent": "Stripe/1.0 (sandbox)",
        }

    return Post(url=url, make=make, noted={"event": event["id"], "type": event["type"]})


def signature(secret: str, body: bytes, at: int) -> str:
    """Value of the header Stripe-Signature; `at` in seconds since the epoch."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
