"""The scheduled look at where parcels are, for carriers that tell nothing by themselves, or not for long enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.shipping import CarrierProvider, Registered
from connectors.errors import Rejected
from connectors.schema import Integer, Settings
from shipping import polling, pushed
from shipping.models import Shipment
from tenants.clock import database_now
from workflows.schedules.types import Leg, Progress, TaskContext, TaskType, register


@register
class PollTracking(TaskType):
    """As many numbers in a call as the carrier takes, each shipment no oftener than its interval, and no more calls a day
    than it allows. What was asked for is marked at once, so a run has no cursor. When nothing is left to ask for, the
    registrations of pushed tracking that lapse soon are renewed, one in a leg."""

    name = "PollTracking"
    label = "Poll tracking"
    description = (
        "Asks a carrier where the parcels are that it has not delivered yet, as often as the carrier allows. Parcels whose "
        "tracking it pushes are asked for once a day, and their registrations are renewed before they lapse."
    )
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

    def plan(self, context: TaskContext) -> Leg | None:
        """A leg without a call says that the day's quota is used up while parcels are due."""
        assert context.connector is not None
        now = database_now()
        since = now - timedelta(days=context.properties.days)
        if "renewal" in context.pending:
            return _renewal(context.connector, Shipment.objects.get(pk=context.pending["renewal"]))
        before = context.pending.get("shipments")
        batch = (
            polling.same_batch(context.connector, before)
            if before
            else polling.next_batch(context.connector, now, since)
        )
        if batch is not None:
            return Leg(call=batch.call, pending={"shipments": batch.shipments})
        lapsing = pushed.lapsing(context.connector, now, now - polling.GIVEN_UP_AFTER).first()
        if lapsing is not None:
            return _renewal(context.connector, lapsing)
        return Leg() if before or polling.due(context.connector, now, since).exists() else None

    def store(self, context: TaskContext, result: Any) -> Progress:
        assert context.connector is not None
        if "renewal" in context.pending:
            return _renewed(context, result)
        shipments = context.pending.get("shipments")
        if not shipments:
            carrier = registry.get(context.connector.slug).label
            return Progress(cursor="", remarks=(f"{carrier} takes no more questions about tracking today",))
        counts = {"asked": _number(shipments), **polling.record(shipments, result)}
        return Progress(cursor="", more=True, counts=counts)

    def refused(self, context: TaskContext, error: Rejected) -> Progress | None:
        """What the carrier does not know keeps nobody from asking about the next; what it pushes no more is asked for."""
        if "renewal" in context.pending:
            return _not_renewed(context, error)
        shipments = context.pending["shipments"]
        rows = Shipment.objects.select_related("order").filter(pk__in=set(shipments.values())).order_by("pk")
        names = ", ".join(f"{row} of order {row.order.number}" for row in rows)
        number = _number(shipments)
        remark = f"{names}: {error.message}"
        return Progress(cursor="", more=True, counts={"asked": number, "failed": number}, remarks=(remark,))


def _renewal(connector: ConnectorConfig, shipment: Shipment) -> Leg:
    return Leg(call=pushed.renewal(connector, shipment), pending={"renewal": shipment.pk})


def _renewed(context: TaskContext, result: Registered | None) -> Progress:
    """Without a result an earlier try of this leg had been stored."""
    if result is not None:
        pushed.keep(_locked(context), result)
    return Progress(cursor="", more=True, counts={"renewed": int(result is not None)})


def _not_renewed(context: TaskContext, error: Rejected) -> Progress:
    shipment = _locked(context)
    pushed.forget(shipment)
    remark = (
        f"{shipment} of order {shipment.order.number}: its pushed tracking was not renewed ({error.message}); it is asked "
        "for instead"
    )
    return Progress(cursor="", more=True, counts={"not renewed": 1}, remarks=(remark,))


def _locked(context: TaskContext) -> Shipment:
    rows = Shipment.objects.select_for_update(of=("self",)).select_related("order")
    return rows.get(pk=context.pending["renewal"])


def _number(shipments: dict[str, int]) -> int:
    return len(set(shipments.values()))
