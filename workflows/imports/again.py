"""Orders of a shop that come by webhook, and those that a person wants tried again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from connectors.compiled import ConnectorConfig
from connectors.contracts.common import WebhookEvent
from connectors.contracts.ecommerce import ImportedOrder
from connectors.runtime import runtime
from workflows.imports import documents
from workflows.imports.orders import Tally, take_orders
from workflows.imports.rules import rules_of
from workflows.models import ImportedObject, Trigger


def take_webhook(config: ConnectorConfig, event: WebhookEvent) -> None:
    """Take in the order that a verified webhook carries, as an import would. Other events are not for us."""
    order = event.data.get("order")
    if isinstance(order, ImportedOrder):
        take_orders(config, [order], rules_of(config), trigger=Trigger.WEBHOOK)


def try_again(rows: Iterable[ImportedObject], actor: str) -> Tally:
    """Take failed orders in once more, as they came last; others are left alone. One transaction a connector."""
    total, by_connector = Tally(), defaultdict(list)
    for row in rows:
        if row.state == ImportedObject.State.ERROR and row.document:
            by_connector[row.connector_id].append(row)
    for connector_id, failed in by_connector.items():
        found = _again(failed[0].tenant_id, connector_id, failed, actor)
        total.counts.update(found.counts)
        total.remarks += found.remarks
    return total


def _again(tenant_id: int, connector_id: int, failed: list[Any], actor: str) -> Tally:
    config = runtime(tenant_id).connectors.get(connector_id)
    if config is None:
        return Tally(remarks=["The connector is not published; publish it first."])
    orders = [documents.load(row.document) for row in failed]
    with transaction.atomic():
        return take_orders(config, orders, rules_of(config), trigger=Trigger.STAFF, actor=actor)
