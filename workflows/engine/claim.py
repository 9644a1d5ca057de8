"""Claiming lanes: who drives which order. A claim is a row update under a row lock; a fence number guards completion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.kept import Kept
from workflows.models import Lane, StepRun, Worker, WorkflowRun


@dataclass(slots=True)
class Ticket:
    """A claimed lane in the worker's memory. `step` is in flight; `queue` are the order's other open runs, oldest first."""

    order_id: int
    tenant_id: int
    fence: int
    bell: int
    number: str = ""
    orphaned: bool = False
    run: WorkflowRun | None = None
    steps: list[StepRun] = field(default_factory=list)
    queue: list[WorkflowRun] = field(default_factory=list)
    detached: list[StepRun] = field(default_factory=list)
    step: StepRun | None = None
    context: Any = None
    put_off_until: datetime | None = None


def claim(worker: UUID, limit: int, now: datetime, crowded: Iterable[int] = ()) -> list[tuple[Ticket, Lane]]:
    """Claim up to `limit` due lanes, the longest due first, leaving out tenants in `crowded`. Call in a transaction."""
    lanes = _uncrowded(now, list(crowded), limit)
    if not lanes:
        return []
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(lanes))
        cursor.execute(
            f"UPDATE workflows_lane SET claimed_by = %s, fence = fence + 1 WHERE order_id IN ({marks})",  # noqa: S608
            [_CLAIMED_BY.get_db_prep_value(worker, connection), *(lane.pk for lane in lanes)],
        )
    return [(_ticket(lane), lane) for lane in lanes]


_CLAIMED_BY = Lane._meta.get_field("claimed_by")


def _uncrowded(now: datetime, crowded: list[int], limit: int) -> list[Lane]:
    """Due lanes of other tenants, locked, found without passing by all that wait of the crowded ones."""
    since = now - dead_after()
    if not crowded:
        return _first(now, since, limit=limit)
    if connection.vendor != "postgresql":
        return list(_locked(_due(now, since).exclude(tenant_id__in=crowded).order_by("due_at"))[:limit])
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_OF_EACH_TENANT, [crowded, now, limit, limit])
        found = [pk for (pk,) in cursor.fetchall()]
    return _first_of(now, since, found) if found else []


_FIRST_OF_EACH_TENANT = """
SELECT first.order_id FROM tenants_tenant AS tenant CROSS JOIN LATERAL (
    SELECT order_id, due_at FROM workflows_lane AS lane
    WHERE tenant.id <> ALL(%s) AND lane.tenant_id = tenant.id AND lane.due_at <= %s AND lane.claimed_by IS NULL
    ORDER BY lane.due_at LIMIT %s
) AS first ORDER BY first.due_at LIMIT %s
"""


def _ticket(lane: Lane) -> Ticket:
    orphaned = lane.claimed_by is not None
    lane.fence += 1
    return Ticket(lane.pk, lane.tenant_id, lane.fence, lane.bell, orphaned=orphaned)


def due_lanes(now: datetime) -> QuerySet[Lane]:
    """Lanes that are due and in nobody's hands, or in those of a dead worker."""
    return _due(now, now - dead_after())


def any_due(now: datetime) -> bool:
    """Whether there is such a lane."""
    return bool(_one(now, now - dead_after()))


def _due(now: datetime, dead_since: datetime) -> QuerySet[Lane]:
    alive = Worker.objects.filter(id=OuterRef("claimed_by"), heartbeat_at__gt=dead_since)
    return Lane.objects.filter(Q(claimed_by__isnull=True) | ~Exists(alive), due_at__lte=now)


def dead_after() -> timedelta:
    return timedelta(seconds=settings.CROSSDOCK_WORKER_DEAD_AFTER)


def still_held(worker: UUID, tickets: Sequence[Ticket]) -> dict[int, Lane]:
    """Lock the lanes of these tickets and return those whose fence is still ours, by order id."""
    lanes = {lane.pk: lane for lane in _held(sorted(ticket.order_id for ticket in tickets), worker)}
    fences = {ticket.order_id: ticket.fence for ticket in tickets}
    return {pk: lane for pk, lane in lanes.items() if lane.fence == fences[pk]}


def _locked(lanes: QuerySet[Lane]) -> QuerySet[Lane]:
    skip = connection.features.has_select_for_update_skip_locked
    return lanes.select_for_update(skip_locked=skip, of=("self",) if skip else ())


_one = Kept(lambda now, since: _due(now, since).values_list("pk")[:1])
_first = Kept(lambda now, since, *, limit: _locked(_due(now, since).order_by("due_at"))[:limit])
_first_of = Kept(lambda now, since, ids: _locked(_due(now, since).filter(pk__in=ids).order_by("due_at")))
_held = Kept(
    lambda ids, worker: Lane.objects.select_for_update().filter(pk__in=ids, claimed_by=worker).order_by("pk")
)
