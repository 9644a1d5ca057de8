"""Stock of one connector has one owner: where two sides set each other's numbers, both end up wrong."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.checklist.base import Finding, Going, error, register
from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import HUB
from connectors.documents import KIND
from workflows.models import ScheduledTask

IMPORT, EXPORT = "ImportInventory", "ExportInventory"


def refusal(task_type: str, connector: ConnectorConfig | None) -> str:
    """Why a task of this type may not run for the connector; "" where it may, or where nobody has to say who owns."""
    owner = getattr(connector.values, "stock_owner", "") if connector and connector.values else ""
    if not owner or (owner == HUB) == (task_type == EXPORT):
        return ""
    allowed = EXPORT if owner == HUB else IMPORT
    return f"stock is owned by {owner} (the connector's property StockOwner), so use {allowed}, or change the property"


@register(KIND)
def no_task_goes_against_the_owner(going: Going) -> Iterator[Finding]:
    tasks = ScheduledTask.objects.filter(connector_id=going.obj.pk, active=True, type__in=(IMPORT, EXPORT))
    for task in tasks:
        told = refusal(task.type, going.config)
        if told:
            yield error(
                "stock_owner", f"Scheduled task {task}: {told}; or switch the task off.", "StockOwner"
            )
