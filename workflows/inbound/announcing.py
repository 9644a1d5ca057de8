"""The scheduled export of inbound deliveries: the warehouse is told of each that it does not know yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts import warehouse
from connectors.errors import Rejected
from connectors.schema import Settings, Text
from workflows import lookups
from workflows.models import InboundDelivery, InboundState
from workflows.problems import FieldErrors
from workflows.schedules.types import Leg, Progress, TaskContext, TaskType, register


@register
class ExportInboundDeliveries(TaskType):
    name = "ExportInboundDeliveries"
    label = "Export inbound deliveries"
    description = "Announces goods that are on their way to a warehouse."
    capability = warehouse.WmsProvider
    operation = "export_inbound"

    class properties(Settings):
        store = Text(
            "Store",
            key="Store",
            required=False,
            default="",
            help="Code of the store whose deliveries are announced; empty: those of every store.",
        )

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        errors = FieldErrors()
        if properties.store:
            lookups.store(properties.store, errors)
        yield from (f"Store: {text}" for _, text in errors)

    def plan(self, context: TaskContext) -> Leg | None:
        """Which one it is, is kept with the run, so that a worker that takes over sends the very same one again. One over
        which a run has failed, which is the cursor, comes after the others."""
        kept = context.pending.get("delivery")
        found = InboundDelivery.objects.filter(pk=kept).first() if kept else _next(context)
        if found is None:
            return None
        call = CallSpec(
            connector=_connector(context),
            operation=self.operation,
            subject=f"inbound:{found.number}:run:{context.run_id}",
            request=_document(found),
        )
        return Leg(call=call, pending={"delivery": found.pk})

    def store(self, context: TaskContext, result: Any) -> Progress:
        delivery = _locked(context)
        if delivery is not None:
            connector = _connector(context)
            source = connector.connector_id or connector.name
            delivery.external_ids = {**delivery.external_ids, source: str(result.external_id)[:200]}
            delivery.announced_at, delivery.problem = timezone.now(), ""
            # Somebody may have closed it meanwhile.
            if delivery.state == InboundState.NEW:
                delivery.state = InboundState.ANNOUNCED
            delivery.save()
        return Progress(cursor=context.cursor, more=True, counts={"announced": 1})

    def refused(self, context: TaskContext, error: Rejected) -> Progress:
        """Staff find the reason with the delivery; the others are announced all the same."""
        delivery = _locked(context)
        told = ""
        if delivery is not None:
            delivery.state, delivery.problem = InboundState.REFUSED, error.message
            delivery.save()
            told = f"{delivery.number}: {error.message}"
        remarks = (told,) if told else ()
        return Progress(cursor=context.cursor, more=True, counts={"failed": 1}, remarks=remarks)

    def behind(self, pending: Mapping[str, Any]) -> str | None:
        return str(pending["delivery"]) if "delivery" in pending else None


def _next(context: TaskContext) -> InboundDelivery | None:
    waiting = _waiting(context).order_by("pk")
    return waiting.filter(pk__gt=int(context.cursor or 0)).first() or waiting.first()


def _waiting(context: TaskContext) -> QuerySet[InboundDelivery]:
    rows = InboundDelivery.objects.filter(state=InboundState.NEW)
    only = context.properties.store
    return rows.filter(store__code__iexact=only) if only else rows


def _document(delivery: InboundDelivery) -> warehouse.InboundDelivery:
    return warehouse.InboundDelivery(
        reference=delivery.number,
        supplier=delivery.supplier,
        warehouse=delivery.store.code,
        expected_on=delivery.expected_on,
        lines=tuple(
            warehouse.InboundLine(number=line.number, sku=line.product.sku, quantity=line.quantity)
            for line in delivery.lines.select_related("product").order_by("number")
        ),
    )


def _locked(context: TaskContext) -> InboundDelivery | None:
    return InboundDelivery.objects.select_for_update().filter(pk=context.pending["delivery"]).first()


def _connector(context: TaskContext) -> ConnectorConfig:
    assert context.connector is not None
    return context.connector
