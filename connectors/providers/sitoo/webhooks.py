"""Sitoo's Events SPI: up to ten events in one call, each a pointer to something that is then read from Sitoo.

Source: developer.sitoo.com/spi-events. Any 4xx but 429 makes Sitoo drop the events.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.errors import Rejected
from connectors.providers.sitoo.api import Json

#: Events that are about an order.
ABOUT_ORDERS = frozenset({"order", "order-delivery", "booking"})


def read(inbound: Inbound, account: str) -> list[WebhookEvent]:
    """Raises Rejected for another account's events, and for a body that cannot be read."""
    with reading("This call of Sitoo"):
        events = inbound.json()
        if not isinstance(events, list) or not events:
            raise TypeError("it is no list of events")
        return [_event(event, account) for event in events]


def _event(event: Json, account: str) -> WebhookEvent:
    if str(event["account_id"]) != account:
        raise Rejected(
            f"This event is of account {event['account_id']}, not of {account}; check AccountNumber, and which address"
            " Sitoo calls"
        )
    kind, data = _text(event["event_type"]), event["data"]
    what = data.get("order_event_type") or data.get("order_delivery_event_type") or ""
    order = data.get("order_id")
    return WebhookEvent(
        id=_text(event["event_id"]),
        type=f"{kind}.{what}" if what else kind,
        provider_id=str(int(order)) if order is not None else "",
        occurred_at=datetime.fromtimestamp(int(event["event_date"]), UTC),
        data={"eshop": data.get("eshop_id")},
        body=json.dumps([event], default=str).encode(),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is no text")
    return value
