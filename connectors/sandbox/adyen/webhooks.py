"""What Adyen tells by webhook, and how it signs it: every item by itself, inside the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from connectors.sandbox.core.sender import Post, Sender

Json = dict[str, Any]

_AMSTERDAM = timezone(timedelta(hours=1))


@dataclass(slots=True)
class Teller:
    """The standard webhook of all accounts. `batch` items go together in one post, each post 1 + `repeats` times."""

    sender: Sender
    url: str = ""
    hmac_key: str = field(default_factory=lambda: secrets.token_hex(32).upper())
    repeats: int = 0
    batch: int = 1
    told: list[Json] = field(default_factory=list)
    _waiting: list[Json] = field(default_factory=list)

    def configure(self, data: Json) -> None:
        for name in ("url", "hmac_key", "repeats", "batch"):
            if name in data:
                setattr(self, name, data.pop(name))
        self.sender.configure(**data)

    def settings(self) -> Json:
        own = {name: getattr(self, name) for name in ("url", "hmac_key", "repeats", "batch")}
        return {**own, **self.sender.settings()}

    def tell(self, item: Json) -> None:
        self.told.append(item)
        self._waiting.append(item)
        if len(self._waiting) >= self.batch:
            items, self._waiting = self._waiting, []
            self.post(items)

    def post(self, items: list[Json]) -> None:
        if self.url:
            for _ in range(1 + self.repeats):
                self.sender.send(self._post_of(items))

    def _post_of(self, items: list[Json]) -> Post:
        signed = [{"NotificationRequestItem": self._signed(item)} for item in items]
        body = json.dumps({"live": "false", "notificationItems": signed}).encode()

        def make(at: int) -> tuple[bytes, Mapping[str, str]]:
            return body, {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Adyen (sandbox)"}

        return Post(url=self.url, make=make, noted={"types": [item["eventCode"] for item in items]})

    def _signed(self, item: Json) -> Json:
        signature = sign(item, self.hmac_key)
        return {**item, "additionalData": {**item["additionalData"], "hmacSignature": signature}}


def sign(item: Mapping[str, Any], hex_key: str) -> str:
    names = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")
    values = [item.get(name, "") for name in names]
    values += [str(item["amount"]["value"]), item["amount"]["currency"], item["eventCode"], item["success"]]
    digest = hmac.new(bytes.fromhex(hex_key), ":".join(values).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def item_of(
    code: str,
    payment: Json,
    psp: str,
    value: int,
    *,
    success: bool = True,
    original: bool = True,
    **more: Any,
) -> Json:
    """An item about a payment; `original` names the payment beside the change that the item is about."""
    item = {
        "additionalData": more.pop("additionalData", {}),
        "amount": {"currency": payment["amount"]["currency"], "value": value},
        "eventCode": code,
        "eventDate": datetime.now(_AMSTERDAM).isoformat(timespec="seconds"),
        "merchantAccountCode": payment["merchantAccount"],
        "merchantReference": payment["reference"],
        "paymentMethod": payment["method"],
        "pspReference": psp,
        "reason": "",
        "success": "true" if success else "false",
        **more,
    }
    return {**item, "originalReference": payment["pspReference"]} if original else item
