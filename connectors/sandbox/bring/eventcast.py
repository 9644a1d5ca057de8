"""Event Cast: who is told of the events of a shipment. A webhook lasts 30 days at most and ends with the delivery.

Nothing signs what is sent; headers that were registered come back with each post, and their values are never told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from connectors.sandbox.bring.shipments import Package, Shipment
from connectors.sandbox.bring.tracking import TEXTS
from connectors.sandbox.core.sender import Post, Sender
from connectors.sandbox.core.wire import Response, json_response

Json = dict[str, Any]

DAYS = 30
_LONGEST_URL = 250
_TYPES = {"application/json"}
_ENDS_WITH = "DELIVERED"
_MORE_GROUPS = (
    "ATTEMPTED_DELIVERY",
    "COLLECTED",
    "CUSTOMS",
    "DELIVERED_SENDER",
    "DELIVERY_CANCELLED",
    "DELIVERY_CHANGED",
    "DELIVERY_ORDERED",
    "DEVIATION",
    "INTERNATIONAL",
)
GROUPS = frozenset({*TEXTS, *_MORE_GROUPS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`user` registered it; `headers` are sent along."""

    user: str
    tracking_id: str
    groups: tuple[str, ...]
    url: str
    headers: Mapping[str, str]
    created: datetime
    expiry: datetime
    id: str = field(default_factory=lambda: str(uuid4()))
    authenticator: str = field(default_factory=lambda: str(uuid4()))

    def told(self) -> Json:
        return {
            "id": self.id,
            "authenticator": self.authenticator,
            "configuration": {
                "url": self.url,
                "content_type": "application/json",
                "headers": [{"key": name} for name in self.headers],
            },
            "trackingId": self.tracking_id,
            "event_groups": list(self.groups),
            "expiry": _written(self.expiry),
            "created": _written(self.created),
        }


class EventCast:
    """`days` is how long new webhooks last; 0 lets them lapse at once."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.days: float = DAYS
        self._webhooks: dict[str, Webhook] = {}

    def register(self, user: str, asked: Json) -> Response:
        """A second webhook of the same user for the same shipment and address is a conflict while the first one lasts."""
        problem = next(_problems(asked), None)
        if problem:
            return refused(400, problem)
        now, where = datetime.now(UTC), asked["configuration"]
        made = Webhook(
            user=user,
            tracking_id=asked["trackingId"],
            groups=tuple(asked["event_groups"]),
            url=where["url"],
            headers={item["key"]: item["value"] for item in where.get("headers") or ()},
            created=now,
            expiry=now + timedelta(days=self.days),
        )
        if any((item.tracking_id, item.url) == (made.tracking_id, made.url) for item in self.of(user)):
            return refused(409, "This shipment has such a webhook")
        self._webhooks[made.id] = made
        return json_response(made.told(), 201)

    def of(self, user: str) -> list[Webhook]:
        """Those that last, the newest first."""
        return [item for item in reversed(self.lasting()) if item.user == user]

    def lasting(self) -> list[Webhook]:
        now = datetime.now(UTC)
        return [item for item in self._webhooks.values() if item.expiry > now]

    def remove(self, user: str, webhook_id: str) -> bool:
        found = any(item.id == webhook_id for item in self.of(user))
        if found:
            del self._webhooks[webhook_id]
        return found

    def tell(self, shipment: Shipment, status: str, at: datetime) -> None:
        """Post an event of each package to everybody who wants to know; after the delivery nobody does any more."""
        for webhook in self.lasting():
            if not shipment.is_named(webhook.tracking_id):
                continue
            if status in webhook.groups:
                for package in shipment.packages:
                    self.sender.send(_post(webhook, shipment, package, status, at))
            if status == _ENDS_WITH:
                del self._webhooks[webhook.id]


def refused(status: int, reason: str) -> Response:
    return json_response({"uuid": uuid4().hex[:6], "status": str(status), "reason": reason}, status)


def _problems(asked: Json) -> Iterator[str]:
    where, groups = asked.get("configuration"), asked.get("event_groups")
    if not isinstance(asked.get("trackingId"), str) or not asked["trackingId"]:
        yield "trackingId is missing"
    if not isinstance(groups, list) or not groups:
        yield "event_groups is missing"
    elif unknown := sorted(set(map(str, groups)) - GROUPS):
        yield f"There is no event group {', '.join(unknown)}"
    if not isinstance(where, dict):
        yield "configuration is missing"
        return
    url = where.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")) or len(url) > _LONGEST_URL:
        yield f"configuration.url has to be a web address of at most {_LONGEST_URL} characters"
    if where.get("content_type") not in _TYPES:
        yield f"configuration.content_type has to be {' or '.join(sorted(_TYPES))}"
    if any(not item.get("key") or "value" not in item for item in where.get("headers") or ()):
        yield "Each of configuration.headers needs key and value"


def _post(webhook: Webhook, shipment: Shipment, package: Package, status: str, at: datetime) -> Post:
    event = {
        "status": status,
        "id": webhook.id,
        "shipment": shipment.consignment,
        "package": package.number,
        "created": _written(at),
    }
    headers = {
        **webhook.headers,
        "Content-Type": "application/json",
        "X-Bring-Application": "event-cast",
        "X-Bring-Correlation": str(uuid4()),
        "X-Bring-Version": "1",
    }

    def make(now: int) -> tuple[bytes, Mapping[str, str]]:
        return json.dumps({**event, "pushed": _written(datetime.fromtimestamp(now, UTC))}).encode(), headers

    noted = {"webhook": webhook.id, "status": status, "shipment": shipment.consignment}
    return Post(url=webhook.url, make=make, noted=noted)


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S+0000}"
