"""What a vendor says has changed is read at once, by the scheduled import that would have come upon it later."""

from __future__ import annotations

from datetime import timedelta

from connectors.compiled import ConnectorConfig
from connectors.contracts.common import WebhookEvent
from workflows.engine.clock import database_now
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.ticker import AlreadyRunning, run_now

#: Notices come in swarms: one run a minute reads what they tell of.
REST = timedelta(minutes=1)

_TASKS = {"products": ("ImportProducts", "ImportPrices"), "customers": ("ImportCustomers",)}


def take_hint(config: ConnectorConfig, event: WebhookEvent) -> None:
    """Run the connector's active imports of what has changed, unless they run or have just run."""
    types = _TASKS.get(str(event.data.get("changed", "")), ())
    for task in ScheduledTask.objects.filter(connector_id=config.id, type__in=types, active=True):
        lately = ScheduledRun.objects.filter(task=task, created_at__gt=database_now() - REST)
        if not lately.exists():
            _run(task)


def _run(task: ScheduledTask) -> None:
    """One that runs already comes upon the change, or the next one does."""
    try:
        run_now(task, "Webhook")
    except AlreadyRunning:
        return
