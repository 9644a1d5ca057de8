"""The sweeper: rings for work that nobody looks at, whatever became of its wake-up, and clears away dead workers."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from tenants.scoping import platform_scope
from workflows.engine.clock import database_now
from workflows.engine.doorbell import queue_slice, somebody_listens
from workflows.engine.due import dead_after, due_lanes
from workflows.models import Lane, ScheduledRun, Worker

#: Work that was due this long ago should have been looked at.
UNANSWERED_AFTER = timedelta(seconds=5)

#: Rows of dead workers are kept a while for whoever looks into what happened.
FORGET_WORKER_AFTER = timedelta(hours=1)


def sweep() -> bool:
    """Ring when orders are due and no slice polls. Returns whether it rang."""
    with platform_scope("the sweeper looks after all tenants"):
        _forget_dead_workers()
        if somebody_listens() or not due_lanes(database_now()).exists():
            return False
        queue_slice()
        return True


def _forget_dead_workers() -> None:
    """Drop rows of workers that are long dead and hold nothing any more."""
    holds = Lane.objects.filter(claimed_by=OuterRef("id"))
    long_ago = database_now() - max(dead_after() * 2, FORGET_WORKER_AFTER)
    Worker.objects.filter(~Exists(holds), heartbeat_at__lt=long_ago).delete()


def nobody_answers() -> bool:
    """Whether work has been due for a while and no slice is alive to take it."""
    with platform_scope("the watchdog looks after all tenants"):
        now = database_now()
        alive = {"heartbeat_at__gt": now - dead_after()}
        if Worker.objects.filter(**alive).exists():
            return False
        # The only process of a cluster may be at a scheduled task, which gives way in a moment.
        alone = settings.Q_CLUSTER["workers"] == 1
        if alone and ScheduledRun.objects.filter(state=ScheduledRun.State.RUNNING, **alive).exists():
            return False
        return due_lanes(now - UNANSWERED_AFTER).exists()
