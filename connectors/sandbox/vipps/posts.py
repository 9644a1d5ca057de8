"""Webhooks as Vipps registers, posts and signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from connectors.sandbox.core.sender import Post

NAMES = ("CREATED", "ABORTED", "EXPIRED", "CANCELLED", "CAPTURED", "REFUNDED", "AUTHORIZED", "TERMINATED")
EVENTS = tuple(f"epayments.payment.{name.lower()}.v1" for name in NAMES)


@dataclass(slots=True, kw_only=True)
class Registration:
    """`url` is what is called and signed; `through` is where a proxy in front of it takes the posts."""

    url: str
    events: Sequence[str] = EVENTS
    through: str = ""
    repeats: int = 0
    id: str = field(default_factory=lambda: str(uuid4()))
    secret: str = field(default_factory=lambda: str(uuid4()))

    def wants(self, name: str) -> bool:
        return f"epayments.payment.{name.lower()}.v1" in self.events


def post_of(registration: Registration, event: Mapping[str, Any]) -> Post:
    body = json.dumps(event, separators=(",", ":")).encode()

    def make(at: int) -> tuple[bytes, Mapping[str, str]]:
        return body, {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Vipps MobilePay/1.0 Webhooks/1.0 (sandbox)",
            "Webhook-Id": registration.id,
            **signature(registration, body, at),
        }

    noted = {"event": event["pspReference"], "type": event["name"], "reference": event["reference"]}
    return Post(url=registration.through or registration.url, make=make, noted=noted)


def signature(registration: Registration, body: bytes, at: int) -> dict[str, str]:
    """The headers that prove where a post comes from; `at` in seconds since the epoch."""
    target = urlsplit(registration.url)
    path = target.path + (f"?{target.query}" if target.query else "")
    date = formatdate(at, usegmt=True)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    signed = f"POST\n{path}\n{date};{target.netloc};{digest}"
    code = hmac.new(registration.secret.encode(), signed.encode(), hashlib.sha256).digest()
    value = (
        "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256"
        f"&Signature={base64.b64encode(code).decode()}"
    )
    return {
        "x-ms-date": date,
        "x-ms-content-sha256": digest,
        "Authorization": value,
        "X-Vipps-Authorization": value,
    }
