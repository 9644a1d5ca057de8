"""Says which markets, stores and connectors orders, inventory, steps and scheduled tasks need, so that they are retired and
never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q

from connectors.models import Connector
from connectors.references import Reference
from connectors.runtime import TenantRuntime, runtime
from tenants.models import Market, Store, register_usage
from tenants.scoping import tenant_scope
from workflows.chart import charts_of
from workflows.models import (
    ImportedObject,
    InventoryLevel,
    NotificationTemplate,
    Order,
    ProductFeed,
    ScheduledTask,
)
from workflows.step_drafts import all_steps, place_of, steps_naming


def connect() -> None:
    register_usage(Market, _of_market)
    register_usage(Store, _of_store)
    register_usage(NotificationTemplate, _of_template)
    register_usage(Connector, _of_connector)


def of_scheduled_tasks(live: TenantRuntime) -> Iterator[Reference]:
    """The connectors of the tasks that are on, for the go-live checklist."""
    with tenant_scope(live.tenant.id):
        tasks = ScheduledTask.objects.filter(active=True, connector__isnull=False)
        found = list(tasks.values_list("name", "connector_id"))
    for name, connector_id in found:
        yield Reference(where=f"Scheduled task {name}", object_id=connector_id)


def of_templates(live: TenantRuntime) -> Iterator[Reference]:
    """The connectors that active notification templates name, for the go-live checklist."""
    with tenant_scope(live.tenant.id):
        active = NotificationTemplate.objects.filter(is_active=True).exclude(connector="")
        found = list(active.values_list("name", "connector"))
    for name, connector in found:
        yield Reference(where=f"Notification template {name}", name=connector)


def _of_market(market: Market) -> list[str]:
    found = ["orders"] if Order.objects.filter(market=market).exists() else []
    templates = NotificationTemplate.objects.filter(markets=market)
    found += [f"notification template {template.name}" for template in templates]
    return found + steps_naming(("markets",), market.code) + _tasks_with("Market", market.code)


def _of_store(store: Store) -> list[str]:
    found = ["orders"] if Order.objects.filter(store=store).exists() else []
    found += ["inventory"] if InventoryLevel.objects.filter(store=store).exists() else []
    return found + steps_naming(("stores", "warehouses"), store.code) + _tasks_with("Store", store.code)


def _of_connector(connector: Connector) -> list[str]:
    tasks = ScheduledTask.objects.filter(connector=connector).values_list("name", flat=True)
    found = [*_steps_asking_for(connector), *(f"scheduled task {name}" for name in tasks)]
    if not Connector.objects.filter(name__iexact=connector.name).exclude(pk=connector.pk).exists():
        named = NotificationTemplate.objects.filter(connector__iexact=connector.name)
        found += [f"notification template {name}" for name in named.values_list("name", flat=True)]
    taken_in = ImportedObject.objects.filter(connector=connector).exists()
    found += ["its product feed"] if ProductFeed.objects.filter(connector=connector).exists() else []
    return found + (["what was imported with it"] if taken_in else [])


def _steps_asking_for(connector: Connector) -> list[str]:
    """Steps of drafts that ask by its Connector ID, or by a name that no other connector has."""
    named = Q(connector__iexact=connector.name) | Q(connector__iexact=connector.type)
    asked = Q(connector_id="") & named & ~Q(connector="")
    if Connector.objects.filter(name__iexact=connector.name).exclude(pk=connector.pk).exists():
        asked = Q(pk__in=[])
    if connector.connector_id:
        asked |= Q(connector_id__iexact=connector.connector_id) & (named | Q(connector=""))
    return [f"step {place_of(step)}" for step in all_steps(asked)]


def _tasks_with(property_name: str, code: str) -> list[str]:
    """Tasks whose property of this name, in any case, is this code."""
    return [
        f"scheduled task {task.name} (property {key})"
        for task in ScheduledTask.objects.all()
        for key, value in task.properties.items()
        if key.lower() == property_name.lower() and str(value).lower() == code.lower()
    ]


def _of_template(template: NotificationTemplate) -> list[str]:
    """Steps that name it, drafted or published, and templates whose fallback it is."""
    leaning = NotificationTemplate.objects.filter(fallback=template).values_list("name", flat=True)
    drafts = (
        f"step {place_of(step)}"
        for step in all_steps(Q(name__iexact="Notification"))
        if _names(step.properties, template)
    )
    return sorted({*drafts, *_published(template), *(f"fallback of {name}" for name in leaning)})


def _published(template: NotificationTemplate) -> Iterable[str]:
    for chart in charts_of(runtime(template.tenant_id)).values():
        for status in chart.statuses.values():
            if any(_names(step.properties, template) for step in status.steps):
                yield f"step of status {status.name}, order type {chart.name}, published"


def _names(properties: Mapping[str, Any], template: NotificationTemplate) -> bool:
    named = (str(value) for key, value in properties.items() if key.lower() == "template")
    return template.name.lower() in {name.strip().lower() for name in named}
