"""The scheduled look at where parcels are, for carriers that tell nothing by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.shipping import CarrierProvider
from connectors.schema import Integer, Settings
from shipping import tracking
from shipping.models import ENDED, Shipment, ShipmentState
from tenants.clock import database_now
from workflows.schedules.polling import Polling
from workflows.schedules.types import TaskContext, register


@register
class PollTracking(Polling):
    name = "PollTracking"
    label = "Poll tracking"
    description = "Asks a carrier where the parcels are that it has not delivered yet."
    capability = CarrierProvider
    operation = "track"

    class properties(Settings):
        days = Integer(
            "Days",
            key="Days",
            required=False,
            default=30,
            help="Parcels that were booked longer ago are not asked for.",
        )

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        if properties.days < 1:
            yield "Days: use at least 1 day."

    def rows(self, context: TaskContext) -> QuerySet[Any]:
        assert context.connector is not None
        since = database_now() - timedelta(days=context.properties.days)
        booked = Shipment.objects.filter(connector_id=context.connector.id, state=ShipmentState.BOOKED)
        return booked.filter(booked_at__gte=since).exclude(tracking_state__in=ENDED)

    def call(self, context: TaskContext, row: Any) -> CallSpec:
        assert context.connector is not None
        return CallSpec(
            connector=context.connector,
            operation="track",
            subject=row.subject,
            request=(row.consignment,),
            write=False,
        )

    def take(self, context: TaskContext, key: int, result: Any) -> Mapping[str, int]:
        shipment = Shipment.objects.select_for_update(of=("self",)).get(pk=key)
        return {"news": tracking.record(shipment, result), "arrived": shipment.tracking_state in ENDED}

    def name_of(self, context: TaskContext, key: int) -> str:
        shipment = Shipment.objects.select_related("order").get(pk=key)
        return f"{shipment} of order {shipment.order.number}"
