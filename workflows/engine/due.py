"""Which lanes are due, and which of them may be driven while tenants and connectors hold their share of the slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.kept import Kept
from workflows.models import Lane, Worker


@dataclass(frozen=True, slots=True)
class Bounds:
    """All orders of these `tenants` are left out, and of those that wait for a connector of `rooms` all but so many."""

    tenants: tuple[int, ...] = ()
    rooms: Mapping[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.tenants or self.rooms)

    def less(self, lanes: Iterable[Lane]) -> Bounds:
        """With the rooms that these lanes leave."""
        taken = Counter(lane.waits_for for lane in lanes)
        return Bounds(self.tenants, {pk: max(room - taken[pk], 0) for pk, room in self.rooms.items()})


UNBOUNDED = Bounds()


def due_lanes(now: datetime) -> QuerySet[Lane]:
    """Lanes that are due and in nobody's hands, or in those of a dead worker."""
    return _due(now, now - dead_after())


def any_due(now: datetime, bounds: Bounds = UNBOUNDED) -> bool:
    """Whether there is such a lane within these bounds."""
    if not bounds:
        return bool(_one(now, now - dead_after()))
    return bool(_within(now, bounds, 1))


def first_due(now: datetime, bounds: Bounds, limit: int) -> list[Lane]:
    """The longest due of them, locked; lanes that somebody else has locked are passed by. Call in a transaction."""
    since = now - dead_after()
    if not bounds:
        return _first(now, since, limit=limit)
    found = _within(now, bounds, limit + _others_hold())
    return _first_of(now, since, found, limit=limit) if found else []


def _others_hold() -> int:
    """How many of the first lanes other processes of this cluster may be about to claim at this moment."""
    others: int = settings.Q_CLUSTER["workers"] - 1
    return others * int(settings.CROSSDOCK_PUMP_THREADS)


def dead_after() -> timedelta:
    return timedelta(seconds=settings.CROSSDOCK_WORKER_DEAD_AFTER)


def _due(now: datetime, dead_since: datetime) -> QuerySet[Lane]:
    alive = Worker.objects.filter(id=OuterRef("claimed_by"), heartbeat_at__gt=dead_since)
    return Lane.objects.filter(Q(claimed_by__isnull=True) | ~Exists(alive), due_at__lte=now)


def _within(now: datetime, bounds: Bounds, limit: int) -> list[int]:
    """The first lanes within these bounds, found without passing by all that are left out."""
    if connection.vendor != "postgresql":
        return _one_after_the_other(now, bounds, limit)
    values: dict[str, Any] = {
        "now": now,
        "since": now - dead_after(),
        "tenants": list(bounds.tenants),
        "connectors": list(bounds.rooms),
        "rooms": list(bounds.rooms.values()),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WITHIN, values)
        return [pk for (pk,) in cursor.fetchall()]


# Each part goes down an index of its own: orders that wait for no connector, tenant by tenant; those that wait, connector
# by connector, each found by a step along the index; and the few that somebody holds, as their worker may be dead.
_WITHIN = """
WITH RECURSIVE waited AS (
    (SELECT waits_for, tenant_id FROM workflows_lane
     WHERE waits_for IS NOT NULL AND due_at IS NOT NULL ORDER BY waits_for LIMIT 1)
    UNION ALL
    SELECT next.waits_for, next.tenant_id FROM waited CROSS JOIN LATERAL (
        SELECT lane.waits_for, lane.tenant_id FROM workflows_lane AS lane
        WHERE lane.waits_for > waited.waits_for AND lane.due_at IS NOT NULL ORDER BY lane.waits_for LIMIT 1
    ) AS next
)
SELECT order_id FROM (
    SELECT first.order_id, first.due_at FROM tenants_tenant AS tenant CROSS JOIN LATERAL (
        SELECT lane.order_id, lane.due_at FROM workflows_lane AS lane
        WHERE lane.tenant_id = tenant.id AND lane.due_at <= %(now)s AND lane.waits_for IS NULL
            AND lane.claimed_by IS NULL
        ORDER BY lane.due_at LIMIT %(limit)s
    ) AS first
    WHERE tenant.id <> ALL(%(tenants)s::bigint[])
    UNION ALL
    SELECT first.order_id, first.due_at FROM waited
    LEFT JOIN unnest(%(connectors)s::bigint[], %(rooms)s::int[]) AS told(connector, room)
        ON told.connector = waited.waits_for
    CROSS JOIN LATERAL (
        SELECT lane.order_id, lane.due_at FROM workflows_lane AS lane
        WHERE lane.waits_for = waited.waits_for AND lane.due_at <= %(now)s AND lane.claimed_by IS NULL
        ORDER BY lane.due_at LIMIT coalesce(told.room, %(limit)s)
    ) AS first
    WHERE waited.tenant_id <> ALL(%(tenants)s::bigint[])
    UNION ALL
    SELECT lane.order_id, lane.due_at FROM workflows_lane AS lane
    WHERE lane.claimed_by IS NOT NULL AND lane.due_at <= %(now)s AND NOT EXISTS (
        SELECT FROM workflows_worker AS worker
        WHERE worker.id = lane.claimed_by AND worker.heartbeat_at > %(since)s
    )
) AS found ORDER BY due_at LIMIT %(limit)s
"""


def _one_after_the_other(now: datetime, bounds: Bounds, limit: int) -> list[int]:
    due = due_lanes(now).exclude(tenant_id__in=bounds.tenants).order_by("due_at").values_list("due_at", "pk")
    free = ~Q(waits_for__in=bounds.rooms) | Q(waits_for__isnull=True) | Q(claimed_by__isnull=False)
    found = list(due.filter(free)[:limit])
    for connector, room in bounds.rooms.items():
        found += due.filter(waits_for=connector, claimed_by__isnull=True)[:room]
    return [pk for _, pk in sorted(found)[:limit]]


def _locked(lanes: QuerySet[Lane]) -> QuerySet[Lane]:
    skip = connection.features.has_select_for_update_skip_locked
    return lanes.select_for_update(skip_locked=skip, of=("self",) if skip else ())


_one = Kept(lambda now, since: _due(now, since).values_list("pk")[:1])
_first = Kept(lambda now, since, *, limit: _locked(_due(now, since).order_by("due_at"))[:limit])
_first_of = Kept(
    lambda now, since, ids, *, limit: _locked(_due(now, since).filter(pk__in=ids).order_by("due_at"))[:limit]
)
