"""Who carries out a run: a claim is a row update under a row lock, kept alive by heartbeats and guarded by a fence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber

from workflows.engine.due import dead_after
from workflows.models import ScheduledRun

_State = ScheduledRun.State


def due_runs(now: datetime) -> QuerySet[ScheduledRun]:
    """Runs that are due and in nobody's hands, or in those of a dead worker."""
    waiting = Q(state=_State.QUEUED, due_at__lte=now)
    orphaned = Q(state=_State.RUNNING, heartbeat_at__lte=now - dead_after())
    return ScheduledRun.objects.filter(waiting | orphaned)


def choose(now: datetime, held: Counter[int], room: int, share: int) -> list[int]:
    """Which due runs to take, the longest due first; no tenant gets more than its share while others wait.

    `held` counts the runs in hand by tenant.
    """
    # Of each tenant as many as could be taken: hundreds that one of them has waiting keep nobody else's out of sight.
    turn = Window(RowNumber(), partition_by="tenant_id", order_by=("due_at", "pk"))
    seen = due_runs(now).annotate(turn=turn).filter(turn__lte=room)
    waiting = list(seen.order_by("due_at", "pk").values_list("pk", "tenant_id"))
    chosen: dict[int, None] = {}
    for most in (share, room + held.total()):
        for pk, tenant_id in waiting:
            if pk not in chosen and len(chosen) < room and held[tenant_id] < most:
                chosen[pk] = None
                held[tenant_id] += 1
    return list(chosen)


def claim(slice_id: UUID, run_ids: Iterable[int], now: datetime) -> list[ScheduledRun]:
    """Claim those of these runs that nobody else was quicker with. Call in a transaction."""
    skip = connection.features.has_select_for_update_skip_locked
    rows = due_runs(now).filter(pk__in=list(run_ids)).order_by("pk")
    runs = list(rows.select_for_update(skip_locked=skip, of=("self",) if skip else ()))
    for run in runs:
        run.deaths += run.state == _State.RUNNING
        run.state, run.claimed_by, run.heartbeat_at = _State.RUNNING, slice_id, now
        run.started_at = run.started_at or now
        run.fence += 1
    columns = ["deaths", "state", "claimed_by", "heartbeat_at", "started_at", "fence"]
    ScheduledRun.objects.bulk_update(runs, columns)
    return runs


def held(run_id: int, slice_id: UUID, fence: int) -> ScheduledRun | None:
    """Lock a run that is still ours; None when another worker has taken it over."""
    of = ("self",) if connection.features.has_select_for_update_of else ()
    rows = ScheduledRun.objects.select_for_update(of=of)
    return (
        rows.filter(pk=run_id, claimed_by=slice_id, fence=fence, state=_State.RUNNING)
        .select_related("task", "task__tenant")
        .first()
    )


def beat(slice_id: UUID, run_ids: Iterable[int], now: datetime) -> None:
    ScheduledRun.objects.filter(pk__in=list(run_ids), claimed_by=slice_id).update(heartbeat_at=now)
