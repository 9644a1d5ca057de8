"""What SendGrid's events tell. They come late, unordered and several times over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.contracts.common import WebhookEvent
from connectors.contracts.notification import DeliveryState
from connectors.contracts.plain import plain
from connectors.providers.sendgrid.mail import CONNECTOR, REFERENCE

STATES = {
    "processed": DeliveryState.SENT,
    "deferred": DeliveryState.DEFERRED,
    "delivered": DeliveryState.DELIVERED,
    "open": DeliveryState.OPENED,
    "click": DeliveryState.CLICKED,
    "bounce": DeliveryState.FAILED,
    "dropped": DeliveryState.FAILED,
    "spamreport": DeliveryState.COMPLAINED,
}

#: Events that may come days after the message, without its arguments.
_LATE = frozenset({"bounce", "dropped"})


def event_of(event: Mapping[str, Any], mark: str) -> WebhookEvent:
    """Every event is known by its id; only those of the messages of the connector with this mark have a reference.

    Bounces that come days after the message may have neither arguments nor message id, as users of sendgrid/docs report,
    and a changed account has not even an address.
    """
    ours = event.get(CONNECTOR) == mark
    state = _state(event)
    foreign = (
        not ours
        and state is not DeliveryState.UNKNOWN
        and (CONNECTOR in event or event["event"] not in _LATE)
    )
    told = {"recipient": event.get("email"), "reason": event.get("reason") or event.get("response")}
    return WebhookEvent(
        id=_text(event, "sg_event_id"),
        type=_text(event, "event"),
        provider_id=(event.get("sg_message_id") or "").partition(".")[0],
        reference=_text(event, REFERENCE) if ours else "",
        occurred_at=datetime.fromtimestamp(float(event["timestamp"]), UTC),
        data={"state": state}
        | {name: str(item) for name, item in told.items() if item}
        | ({"foreign": True} if foreign else {}),
        body=json.dumps([plain(event)]).encode(),
    )


def _state(event: Mapping[str, Any]) -> DeliveryState:
    """A mail program that fetches every picture by itself has got the message, but nobody has opened it."""
    if event["event"] == "open" and event.get("sg_machine_open") is True:
        return DeliveryState.DELIVERED
    return STATES.get(event["event"], DeliveryState.UNKNOWN)


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is no text")
    return value
