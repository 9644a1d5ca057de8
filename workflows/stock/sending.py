"""The scheduled export of stock levels to a shop: what changed, in batches, each written down before it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import StockLevel, StockSink
from connectors.errors import Rejected
from connectors.schema import Boolean, Integer, Settings, Text
from workflows import lookups
from workflows.models import InventoryLevel, Product
from workflows.places import names_of, place_of
from workflows.problems import FieldErrors
from workflows.schedules.types import Leg, Progress, TaskContext, TaskFailed, TaskType, register
from workflows.stock import ownership
from workflows.stock.settled import settled_until
from workflows.syncing import stock

LARGEST_BATCH = 250


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the level that was sent last, in the order of change. `size` is the next batch's, 0 the task's own."""

    modified_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    pk: int = 0
    size: int = 0

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Raises TaskFailed."""
        if not cursor:
            return cls()
        try:
            moment, pk, size = json.loads(cursor)
            return cls(datetime.fromisoformat(moment), int(pk), int(size))
        except (ValueError, TypeError):
            raise TaskFailed("The cursor cannot be read; empty it, then all levels are sent again") from None

    def __str__(self) -> str:
        return json.dumps([self.modified_at.isoformat(), self.pk, self.size])


@register
class ExportInventory(TaskType):
    name = "ExportInventory"
    label = "Export inventory"
    description = "Tells a shop the available stock of what changed since the last run."
    capability = StockSink
    operation = "set_inventory"

    class properties(Settings):
        store = Text(
            "Store",
            key="Store",
            required=False,
            default="",
            help="Code of the store whose stock is sent; empty: of every store, each as a location of its own.",
        )
        batch_size = Integer(
            "BatchSize",
            key="BatchSize",
            required=False,
            default=100,
            help=f"Levels a call; 1 to {LARGEST_BATCH}.",
        )
        full = Boolean(
            "Full",
            key="Full",
            required=False,
            default=False,
            help="Send all levels in every run, for off-peak hours.",
        )

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        errors = FieldErrors()
        if properties.store:
            lookups.store(properties.store, errors)
        yield from (f"Store: {text}" for _, text in errors)
        yield from filter(None, [ownership.refusal(self.name, connector)])
        if not 1 <= properties.batch_size <= LARGEST_BATCH:
            yield f"BatchSize: use a number from 1 to {LARGEST_BATCH}."

    def plan(self, context: TaskContext) -> Leg | None:
        """The batch is kept with the run, so that a worker that takes over sends the very same one again.

        Raises TaskFailed where the connector's stock is not ours to tell.
        """
        told = ownership.refusal(self.name, context.connector)
        if told:
            raise TaskFailed(told)
        pending = dict(context.pending) or self._batch(context)
        if not pending:
            return None
        call = CallSpec(
            connector=_connector(context),
            operation=self.operation,
            subject=f"task-run:{context.run_id}:{context.pages}",
            request=tuple(_level(item) for item in pending["levels"]),
        )
        return Leg(call=call, pending=pending)

    def store(self, context: TaskContext, result: Any) -> Progress:
        levels = context.pending["levels"]
        skus = [sku for sku, _, _ in levels]
        products = dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk"))
        stock.sent(_connector(context), levels, products)
        return Progress(
            cursor=context.pending["cursor"], more=True, counts={"sent": len(context.pending["levels"])}
        )

    def refused(self, context: TaskContext, error: Rejected) -> Progress:
        """One level that the shop does not take must not hold up the others: halve the batch down to the culprit."""
        levels = context.pending["levels"]
        if len(levels) > 1:
            again = replace(self._start(context), size=len(levels) // 2)
            return Progress(cursor=str(again), more=True)
        stock.refused(_connector(context), levels[0], error.message)
        told = f"{levels[0][0]}: {error.message}"
        return Progress(cursor=context.pending["cursor"], more=True, counts={"failed": 1}, remarks=(told,))

    def _start(self, context: TaskContext) -> Place:
        afresh = context.properties.full and not context.pages
        return Place() if afresh else Place.read(context.cursor)

    def _batch(self, context: TaskContext) -> dict[str, Any]:
        start = self._start(context)
        size = start.size or context.properties.batch_size
        rows = list(_changed_since(start, context)[:size])
        if not rows:
            return {}
        # After a halved batch the next ones grow again.
        grown = start.size * 2 if start.size and start.size * 2 < context.properties.batch_size else 0
        end = Place(rows[-1].modified_at, rows[-1].pk, grown)
        return {"levels": _levels(rows, _connector(context)), "cursor": str(end)}


def _changed_since(start: Place, context: TaskContext) -> QuerySet[InventoryLevel]:
    later = Q(modified_at__gt=start.modified_at) | Q(modified_at=start.modified_at, pk__gt=start.pk)
    rows = InventoryLevel.objects.filter(later, modified_at__lt=settled_until())
    if context.properties.store:
        errors = FieldErrors()
        store = lookups.store(context.properties.store, errors)
        if store is None:
            raise TaskFailed("; ".join(text for _, text in errors))
        rows = rows.filter(store=store)
    return rows.select_related("product", "store").order_by("modified_at", "pk")


def _levels(rows: Sequence[InventoryLevel], connector: ConnectorConfig) -> list[list[str]]:
    """SKU, quantity and location as JSON; what is oversold counts as none."""
    names = names_of(connector)
    return [
        [
            row.product.sku,
            str(max(row.available, Decimal(0))),
            place_of(row.store.external_ids, names) or row.store.code,
        ]
        for row in rows
    ]


def _level(item: Sequence[str]) -> StockLevel:
    sku, quantity, location = item
    return StockLevel(sku=sku, quantity=Decimal(quantity), location=location)


def _connector(context: TaskContext) -> ConnectorConfig:
    assert context.connector is not None
    return context.connector
