"""Webhooks that bring several events in one body."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import WebhookEvent
from connectors.contracts.plain import plain
from connectors.errors import Rejected

#: What ids of events begin with that could not be read.
UNREADABLE = "unreadable:"


def events_of(
    what: str,
    items: Iterable[Any],
    read: Callable[[Any], WebhookEvent],
    kept: Callable[[Any], Any] = lambda item: [item],
) -> list[WebhookEvent]:
    """Each event by itself: one that cannot be read takes none of the others with it, because vendors do not send them
    again. `what` names it for staff, `kept` is what is kept of it for them."""
    return [_event_of(what, item, read, kept) for item in items]


def _event_of(
    what: str, item: Any, read: Callable[[Any], WebhookEvent], kept: Callable[[Any], Any]
) -> WebhookEvent:
    try:
        with reading(what):
            return read(item)
    except Rejected as error:
        body = json.dumps(plain(kept(item)), sort_keys=True).encode()
        digest = hashlib.sha256(body).hexdigest()
        return WebhookEvent(id=f"{UNREADABLE}{digest}", type="", body=body, problem=error.message)
