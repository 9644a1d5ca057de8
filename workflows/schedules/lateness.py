"""The alarm for scheduled tasks whose slot has come and whose run nobody has begun."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from eventlog import store as eventlog
from eventlog.events import Category, Outcome
from tenants.scoping import platform_scope
from workflows.engine.clock import database_now
from workflows.models import ScheduledRun, ScheduledTask

#: A run begins seconds after its slot; one that has not begun after this time is late.
LATE_AFTER = timedelta(minutes=5)


def is_late(task: ScheduledTask, now: datetime) -> bool:
    """Whether the task's slot has passed without a run: no worker has looked."""
    return task.active and task.next_due_at is not None and task.next_due_at < now - LATE_AFTER


def alarm(now: datetime | None = None) -> int:
    """Tell staff of each late run, once, in the Event Log and on its task; tells of how many."""
    with platform_scope("late tasks are looked for in all tenants"):
        now = now or database_now()
        untouched = Q(state=ScheduledRun.State.QUEUED, started_at__isnull=True)
        late = ScheduledRun.objects.filter(untouched, due_at__lt=now - LATE_AFTER)
        return sum(_tell(run, now) for run in late.select_related("task").iterator())


def _tell(run: ScheduledRun, now: datetime) -> bool:
    """The update decides who tells it, so that of several workers one does."""
    text = f"Late: the run of {run.slot:%Y-%m-%d %H:%M} UTC has not begun; see whether workers are running and busy"
    tasks = ScheduledTask.objects.filter(pk=run.task_id).exclude(last_error=text)
    if run.task.last_error == text or not tasks.update(last_error=text, last_error_at=now):
        return False
    eventlog.record(
        Category.ERROR,
        f"Scheduled task {run.task.name}: {text}",
        tenant_id=run.tenant_id,
        outcome=Outcome.ERROR,
        connector_id=run.task.connector_id,
        operation=run.task.type,
    )
    return True
