"""Says which markets, stores and connectors orders, inventory and steps need, so that those are never deleted."""

from __future__ import annotations

from django.db.models import Q

from connectors.models import Connector
from tenants.models import Market, Store, register_usage
from workflows.models import InventoryLevel, Order, WorkflowStep


def connect() -> None:
    register_usage(Market, _of_market)
    register_usage(Store, _of_store)
    register_usage(Connector, _of_connector)


def _of_market(market: Market) -> list[str]:
    return ["orders"] if Order.objects.filter(market=market).exists() else []


def _of_store(store: Store) -> list[str]:
    found = ["orders"] if Order.objects.filter(store=store).exists() else []
    return found + (["inventory"] if InventoryLevel.objects.filter(store=store).exists() else [])


def _of_connector(connector: Connector) -> list[str]:
    """Steps of drafts that ask for it: by its Connector ID, or by a name that no other connector has."""
    named = Q(connector__iexact=connector.name) | Q(connector__iexact=connector.type)
    asked = Q(connector_id="") & named & ~Q(connector="")
    if Connector.objects.filter(name__iexact=connector.name).exclude(pk=connector.pk).exists():
        asked = Q(pk__in=[])
    if connector.connector_id:
        asked |= Q(connector_id__iexact=connector.connector_id) & (named | Q(connector=""))
    steps = WorkflowStep.objects.filter(asked).select_related("status__order_type")
    return [f"step {step.status.order_type} > {step.status.name} > {step.name}" for step in steps]
