"""Says which markets and stores orders and inventory need, so that they are retired and never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.runtime import runtime
from tenants.models import Market, Store, register_usage
from workflows.chart import charts_of
from workflows.models import InventoryLevel, NotificationTemplate, Order, WorkflowStep


def connect() -> None:
    register_usage(Market, _of_market)
    register_usage(Store, _of_store)
    register_usage(NotificationTemplate, _of_template)


def _of_market(market: Market) -> list[str]:
    found = ["orders"] if Order.objects.filter(market=market).exists() else []
    templates = NotificationTemplate.objects.filter(markets=market)
    return found + [f"notification template {template.name}" for template in templates]


def _of_store(store: Store) -> list[str]:
    found = ["orders"] if Order.objects.filter(store=store).exists() else []
    return found + (["inventory"] if InventoryLevel.objects.filter(store=store).exists() else [])


def _of_template(template: NotificationTemplate) -> list[str]:
    """Steps that name it, drafted or published."""
    steps = WorkflowStep.objects.filter(name__iexact="Notification").select_related("status__order_type")
    drafts = (
        f"step of status {step.status.name}, order type {step.status.order_type.name}"
        for step in steps
        if _names(step.properties, template)
    )
    return sorted({*drafts, *_published(template)})


def _published(template: NotificationTemplate) -> Iterable[str]:
    for chart in charts_of(runtime(template.tenant_id)).values():
        for status in chart.statuses.values():
            if any(_names(step.properties, template) for step in status.steps):
                yield f"step of status {status.name}, order type {chart.name}, published"


def _names(properties: Mapping[str, Any], template: NotificationTemplate) -> bool:
    named = (str(value) for key, value in properties.items() if key.lower() == "template")
    return template.name.lower() in {name.strip().lower() for name in named}
