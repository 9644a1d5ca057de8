"""Writes down how tries ended: the delivery's next try, the attempt itself, and how the subscription stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from connectors.models import DeliveryAttempt, EventDelivery
from connectors.subscriptions import standing
from connectors.subscriptions.claiming import in_hand
from connectors.subscriptions.pace import wait_after
from connectors.subscriptions.sending import Result
from tenants.bulk import insert_many, update_many

_State = EventDelivery.State
_CHANGED = ("id", "state", "next_try_at", "delivered_at", "status_code", "error")
_LARGEST_STATUS = 2**15 - 1


def record(results: Sequence[Result], now: datetime) -> None:
    """One transaction for all of them. A late failure of a delivery that another relay has taken over is only written down;
    a success counts whoever had it."""
    if not results:
        return
    with transaction.atomic():
        rows = in_hand([result.errand.delivery_id for result in results])
        known = [result for result in results if result.errand.delivery_id in rows]
        changed = {row.pk: row for result in known if (row := _apply(rows, result, now)) is not None}
        update_many(EventDelivery, [_values(row, _CHANGED) for row in changed.values()], keys=["id"])
        _insert([_attempt(result) for result in known])
        standing.tell(_by_subscription(known), changed.values(), now)


def give_up(rows: Iterable[EventDelivery], reason: str) -> None:
    """Deliveries that can never be made."""
    ids = [row.pk for row in rows]
    if ids:
        EventDelivery.objects.filter(pk__in=ids, state=_State.PENDING).update(
            state=_State.FAILED, next_try_at=None, error=reason
        )


def _apply(rows: dict[int, EventDelivery], result: Result, now: datetime) -> EventDelivery | None:
    """The row with what the result changes of it; None when it changes nothing."""
    row = rows[result.errand.delivery_id]
    late = row.attempts != result.errand.attempt
    if row.state == _State.DELIVERED or (late and not result.succeeded):
        return None
    row.status_code, row.error = _status(result), result.error
    if result.succeeded:
        row.state, row.next_try_at, row.delivered_at = _State.DELIVERED, None, now
        return row
    wait = None if row.event_id is None else wait_after(result.errand.attempt, result.retry_after)
    row.state = _State.FAILED if wait is None else _State.PENDING
    row.next_try_at = None if wait is None else now + wait
    return row


def _values(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _attempt(result: Result) -> dict[str, Any]:
    return {
        "tenant_id": result.errand.receiver.tenant_id,
        "delivery_id": result.errand.delivery_id,
        "number": result.errand.attempt,
        "at": result.at,
        "succeeded": result.succeeded,
        "status_code": _status(result),
        "error": result.error,
        "duration_ms": result.duration_ms,
        "request": result.request,
        "response": result.response,
    }


def _status(result: Result) -> int | None:
    return None if result.status is None else min(result.status, _LARGEST_STATUS)


def _insert(rows: Sequence[dict[str, Any]]) -> None:
    if connection.vendor == "postgresql":
        insert_many(DeliveryAttempt, rows)
    else:
        DeliveryAttempt._base_manager.bulk_create([DeliveryAttempt(**row) for row in rows])


def _by_subscription(results: Iterable[Result]) -> dict[int, list[Result]]:
    found: dict[int, list[Result]] = defaultdict(list)
    for result in results:
        found[result.errand.receiver.id].append(result)
    return dict(found)
