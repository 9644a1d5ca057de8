"""Webhooks that only say that something changed: the task that reads it is run at once, instead of when it is due.

One event wakes a task in one way: an event that names an operation is not looked at for what has changed as well.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from connectors.compiled import ConnectorConfig
from connectors.contracts.common import WebhookEvent
from workflows.engine.clock import database_now
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.ticker import AlreadyRunning, run_now
from workflows.schedules.types import UnknownTaskType, get

#: Under which an event names the operation of the contract by which its news are read, such as "import_order_states".
READ_BY = "read_by"
#: Under which a change notice names what has changed, and the types of the tasks that read that.
CHANGED = "changed"
_TASKS = {"products": ("ImportProducts", "ImportPrices"), "customers": ("ImportCustomers",)}

#: Change notices come in swarms: one run a minute reads what they tell of.
REST = timedelta(minutes=1)


def wake(config: ConnectorConfig, event: WebhookEvent) -> None:
    """Have the connector's active tasks run that read what the event tells of."""
    if operation := event.data.get(READ_BY):
        _make_due(config, str(operation))
    elif types := _TASKS.get(str(event.data.get(CHANGED, ""))):
        for task in _active(config).filter(type__in=types):
            _run_unless_lately(task)


def _active(config: ConnectorConfig) -> QuerySet[ScheduledTask]:
    return ScheduledTask.objects.filter(connector_id=config.id, active=True)


def _make_due(config: ConnectorConfig, operation: str) -> None:
    """Many events come to one run: what is due already stays as it is."""
    wanted = [task.pk for task in _active(config) if _operation_of(task.type) == operation]
    now = database_now()
    ScheduledTask.objects.filter(pk__in=wanted, next_due_at__gt=now).update(next_due_at=now)


def _run_unless_lately(task: ScheduledTask) -> None:
    """One that has begun may have read what has changed before that; then another one follows when the rest is over."""
    now = database_now()
    runs = ScheduledRun.objects.filter(task=task).exclude(state=ScheduledRun.State.SKIPPED)
    last = runs.order_by("-pk").first()
    if last is not None and last.state == ScheduledRun.State.QUEUED and last.started_at is None:
        return
    try:
        if last is None or last.created_at <= now - REST:
            run_now(task, "Webhook")
            return
    except AlreadyRunning:
        last = None
    due = (last.created_at if last else now) + REST
    ScheduledTask.objects.filter(pk=task.pk, next_due_at__gt=due).update(next_due_at=due)


def _operation_of(name: str) -> str:
    try:
        return get(name).operation
    except UnknownTaskType:
        return ""
