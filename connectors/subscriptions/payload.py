"""What a delivery says: {"type", "timestamp", "data"}, as Standard Webhooks advises. `data.sequence` grows with every event
of an order, so that a receiver can put them in order whatever order they arrive in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from connectors.models import EventDelivery
from eventlog.models import Event

#: Bytes of the largest body; an order that does not fit is left out, and the receiver reads it by its number.
LARGEST = 256 * 1024

_SMALL_BEFORE_LARGE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EVENT = (
    *("category", "outcome", "message", "actor", "market", "store", "operation", "step"),
    *("run_id", "step_run_id", "duration_ms", "request_id"),
)
_FAILED = ("error", "unknown")


def body_of(delivery: EventDelivery, event: Event | None, order: Mapping[str, Any] | None) -> bytes:
    """The body of a message. Without an event it is a test; `order` is what a full payload adds."""
    document = test_document(delivery) if event is None else _document(delivery, event)
    if order is not None:
        whole = _encoded({**document, "data": {**document["data"], "order": order}})
        if len(whole) <= LARGEST:
            return whole
        document["data"]["order_left_out"] = "The order is too large to be sent along; read it by its number."
    return _encoded(document)


def test_document(delivery: EventDelivery) -> dict[str, Any]:
    return {
        "type": "test",
        "timestamp": delivery.created_at,
        "data": {"id": delivery.message_id, "message": "A test message of Crossdock; nothing has happened."},
    }


def type_of(event: Event) -> str:
    """Such as "order.created" or "connector.published"."""
    subject = "order" if event.order_id is not None else "connector" if event.connector_id else "tenant"
    return f"{subject}.{_SMALL_BEFORE_LARGE.sub('_', event.category).lower()}"


def _document(delivery: EventDelivery, event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {"id": event.pk, "sequence": event.pk, "is_error": event.outcome in _FAILED}
    data |= {name: value for name in _EVENT if (value := getattr(event, name)) not in (None, "")}
    if event.order_id is not None:
        data["order_number"] = event.order_number
        data |= {"order_type": delivery.order_type, "order_status": delivery.order_status}
    if event.connector_id is not None:
        data["connector"] = {
            "id": event.connector_id,
            "name": event.connector_name,
            "category": event.connector_category,
            "type": event.provider,
        }
    return {"type": type_of(event), "timestamp": event.at, "data": data}


def _encoded(document: Any) -> bytes:
    return json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
