"""The outbox: deliveries are written in the transaction of the events that they tell of, so that one exists if and only if
its event does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from connectors.models import EventDelivery
from connectors.subscriptions.following import OPERATION, OrderFacts, followers
from connectors.subscriptions.orders import order_facts
from eventlog.events import EventData
from tenants.bulk import insert_many
from tenants.scoping import platform_scope

#: An event with the id that it has got.
Numbered = tuple[int, EventData]

_NO_ORDER = OrderFacts()
_AT_ONCE = {"created_at": "CLOCK_TIMESTAMP()", "next_try_at": "CLOCK_TIMESTAMP()"}


def follow(events: Sequence[Numbered]) -> None:
    """Write a delivery for each subscription that wants one of these events. Call in their transaction."""
    wanted = [item for item in events if _anybody_wants(item[1])]
    if not wanted:
        return
    with platform_scope("events may be of several tenants"):
        facts = order_facts({event.order_id for _, event in wanted if event.order_id is not None})
    rows = list(_rows(wanted, facts))
    if rows:
        insert(rows)


def insert(rows: Sequence[dict[str, Any]]) -> None:
    """Insert deliveries that are not there yet, due at once by the database's clock."""
    if connection.vendor == "postgresql":
        insert_many(EventDelivery, rows, expressions=_AT_ONCE, skip_conflicts=True)
        return
    now = timezone.now()
    EventDelivery._base_manager.bulk_create(
        [EventDelivery(**row, created_at=now, next_try_at=now) for row in rows], ignore_conflicts=True
    )


def row_of(subscription_id: int, event_id: int, event: EventData, facts: OrderFacts) -> dict[str, Any]:
    """A delivery of an event, for `insert`."""
    return {
        "tenant_id": event.tenant_id,
        "subscription_id": subscription_id,
        "message_id": f"evt_{event_id}",
        "event_id": event_id,
        "category": str(event.category),
        "order_id": event.order_id,
        "order_number": event.order_number,
        "order_type": facts.type,
        "order_status": facts.status,
        "state": EventDelivery.State.PENDING.value,
        "attempts": 0,
        "error": "",
    }


def _anybody_wants(event: EventData) -> bool:
    return event.operation != OPERATION and any(
        follower.may_want(event) for follower in followers(event.tenant_id)
    )


def _rows(events: Iterable[Numbered], facts: dict[int, OrderFacts]) -> Iterator[dict[str, Any]]:
    for event_id, event in events:
        order = _NO_ORDER if event.order_id is None else facts.get(event.order_id, _NO_ORDER)
        for follower in followers(event.tenant_id):
            if follower.wants(event, order):
                yield row_of(follower.id, event_id, event, order)
