"""Webhooks of Front Systems, which nobody signs: each is a hint, and what it points to is read from Front Systems.

The event arrives as the object alone, or inside the envelope in which GET /api/WebhooksEvents shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contracts.base import Inbound, reading
from connectors.contracts.common import WebhookEvent
from connectors.providers.frontsystems.api import Json, lowered, told
from connectors.providers.frontsystems.cursor import CLOCK, moment

SALE, CUSTOMER, ORDER, OTHER = "SaleCreated", "CustomerUpdated", "OmniChannelOrderUpdated", "unknown"
_TIMES = ("saledatetime", "saledate", "createddatetime", "updateddatetime")
#: What an object is told by, where the event does not say its name.
_MARKS = (("saleid", SALE), ("customerid", CUSTOMER), ("orderno", ORDER))


def read(inbound: Inbound) -> list[WebhookEvent]:
    """Raises Rejected for a body that cannot be read."""
    with reading("This webhook of Front Systems"):
        body = lowered(inbound.json())
        if not isinstance(body, dict) or not body:
            raise TypeError("it is no object")
        inner = body.get("payload")
        about: Json = inner if isinstance(inner, dict) else body
        mark, name = next(((mark, name) for mark, name in _MARKS if told(about, mark)), ("", OTHER))
        number = told(about, mark)
        kind = told(body, "event") or told(body, "eventtype") or name
        at = _moment(about) or _moment(body)
        sent = told(body, "webhookeventid") or hashlib.sha256(inbound.body).hexdigest()
        day = (at or datetime.fromtimestamp(inbound.received_at, CLOCK)).astimezone(CLOCK).date()
        data = {"sale": number, "day": day.isoformat()} if mark == "saleid" else {}
        return [WebhookEvent(id=sent, type=kind, provider_id=number, occurred_at=at, data=data)]


def _moment(item: Mapping[str, Any]) -> datetime | None:
    return next((moment(item[name]) for name in _TIMES if item.get(name)), None)
