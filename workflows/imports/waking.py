"""Webhooks that only say that something changed: the task that reads what is due at once."""

from __future__ import annotations

from django.utils import timezone

from connectors.compiled import ConnectorConfig
from connectors.contracts.common import WebhookEvent
from workflows.models import ScheduledTask
from workflows.schedules.types import UnknownTaskType, get

#: Under which an event names the operation of the contract by which its news are read, such as "import_order_states".
READ_BY = "read_by"


def wake(config: ConnectorConfig, event: WebhookEvent) -> None:
    """Make the connector's active tasks due whose operation the event names. Many events come to one run."""
    operation = event.data.get(READ_BY)
    if not operation:
        return
    tasks = ScheduledTask.objects.filter(connector_id=config.id, active=True)
    wanted = [task.pk for task in tasks if _operation_of(task.type) == operation]
    now = timezone.now()
    ScheduledTask.objects.filter(pk__in=wanted, next_due_at__gt=now).update(next_due_at=now)


def _operation_of(name: str) -> str:
    try:
        return get(name).operation
    except UnknownTaskType:
        return ""
