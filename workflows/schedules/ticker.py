"""The ticker: turns slots that have come into runs, and rings for runs that nobody looks at."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from tenants.scoping import platform_scope, tenant_scope
from workflows.engine.clock import database_now
from workflows.models import ScheduledRun, ScheduledTask
from workflows.problems import OrderProblem
from workflows.schedules import types
from workflows.schedules.claim import due_runs
from workflows.schedules.cron import ScheduleError, next_slot

log = logging.getLogger(__name__)

SLICE_TASK = "workflows.schedules.slice.run_task"

#: Slots turned into runs at one time; what is left waits for the next second.
_MOST = 200
_ENOUGH_QUEUED = 8
#: After this a task that was made due while it ran is looked at again.
_LOOK_AGAIN = timedelta(minutes=1)

_State = ScheduledRun.State


class AlreadyRunning(OrderProblem):
    """The task's last run has not ended."""


def tick(now: datetime | None = None) -> int:
    """Insert the runs of slots that have come; tells how many. A task that is broken stops nobody else.

    Of slots that were missed, one run is made. Any number of workers may tick at once.
    """
    with platform_scope("the ticker serves all tenants"):
        now = now or database_now()
        due = ScheduledTask.objects.filter(active=True, next_due_at__lte=now, tenant__is_active=True)
        found = list(due.order_by("next_due_at").values_list("pk", "tenant_id")[:_MOST])
    return sum(_insert(pk, tenant_id, now) for pk, tenant_id in found)


def ring_for_due(now: datetime | None = None) -> bool:
    """Queue a wake-up when a run is due and in nobody's hands; tells whether."""
    with platform_scope("the ticker serves all tenants"):
        if not due_runs(now or database_now()).exists():
            return False
        ring()
        return True


def ring() -> None:
    """Queue a wake-up, unless plenty wait already; lost ones are made up for by the ticker."""
    waiting = OrmQ.objects.filter(lock__lte=timezone.now()).values_list("id")
    if len(waiting[:_ENOUGH_QUEUED]) < _ENOUGH_QUEUED:
        async_task(SLICE_TASK)


class NoFullCompare(OrderProblem):
    """The task's type goes through changes only."""


def run_now(task: ScheduledTask, actor: str = "", *, full: bool = False) -> ScheduledRun:
    """Start a run by hand, also of a task that is off; one that waits to be tried again is tried now. A `full` one goes
    through everything, and later runs go on from where it ends.

    Raises AlreadyRunning, NoFullCompare and UnknownTaskType.
    """
    now = database_now()
    with transaction.atomic():
        # The rows as they are now: a worker may be taking the run up at this moment, and the caller's copy may not know
        # how far the last run came. First the run, because that is the order in which workers lock them.
        open_runs = ScheduledRun.objects.filter(task=task, state__in=ScheduledRun.OPEN)
        run = open_runs.select_for_update().first()
        task = ScheduledTask.objects.select_for_update().get(pk=task.pk)
        if run is None and open_runs.exists():
            raise AlreadyRunning(f"{task.name} has just been started; wait for its end.")
        if run is not None and run.state == _State.RUNNING:
            raise AlreadyRunning(
                f"{task.name} is running since {run.started_at:%H:%M} UTC; wait for its end."
            )
        if run is None:
            run = ScheduledRun(task=task, slot=now, trigger=ScheduledRun.Trigger.MANUAL, actor=actor)
            run.cursor_before = run.cursor_after = task.cursor
        if full:
            run.cursor_after = _full_cursor(task)
        run.due_at = now
        run.save()
        transaction.on_commit(ring, robust=True)
    return run


def _full_cursor(task: ScheduledTask) -> str:
    cursor = types.get(task.type).full_cursor()
    if cursor is None:
        raise NoFullCompare(f"{task.type} makes no full compare; run it as usual")
    return cursor


def _insert(pk: int, tenant_id: int, now: datetime) -> int:
    """One task's slot, in a transaction of its own."""
    try:
        with tenant_scope(tenant_id), transaction.atomic():
            return _take_slot(pk, now)
    except IntegrityError:
        # Another ticker was quicker with this very slot, or somebody pressed Run now; the next second shows it.
        log.info("the slot of scheduled task %d is taken", pk)
    except DatabaseError:
        raise
    except Exception:
        log.exception("the slot of scheduled task %d cannot be taken", pk)
    return 0


def _take_slot(pk: int, now: datetime) -> int:
    skip = connection.features.has_select_for_update_skip_locked
    rows = ScheduledTask.objects.select_for_update(skip_locked=skip, of=("self",) if skip else ())
    task = rows.filter(pk=pk, active=True, next_due_at__lte=now).first()
    if task is None or task.next_due_at is None:
        return 0
    slot = task.next_due_at
    if not _is_of_schedule(task, slot) and task.runs.filter(state__in=ScheduledRun.OPEN).exists():
        # Somebody told of news, which the open run may have passed already: they are not to be skipped.
        task.next_due_at = now + _LOOK_AGAIN
        task.save(update_fields=["next_due_at"])
        return 0
    if not ScheduledRun.objects.filter(task=task, slot=slot).exists():
        ScheduledRun.objects.create(**_run(task, slot, now))
    task.plan_next(now)
    task.save(update_fields=["next_due_at", "problem"])
    return 1


def _is_of_schedule(task: ScheduledTask, slot: datetime) -> bool:
    """Or else the task was made due in between."""
    try:
        return next_slot(task.cron, task.time_zone, slot - timedelta(seconds=1)) == slot
    except ScheduleError:
        return True


def _run(task: ScheduledTask, slot: datetime, now: datetime) -> dict[str, object]:
    values = {"task": task, "slot": slot, "cursor_before": task.cursor, "cursor_after": task.cursor}
    running = task.runs.filter(state__in=ScheduledRun.OPEN).first()
    if running is None:
        return {**values, "due_at": now}
    return {
        **values,
        "state": _State.SKIPPED,
        "message": f"The run of {running.slot:%Y-%m-%d %H:%M} UTC had not ended",
        "finished_at": now,
    }
