"""BookReturn: the way back is booked with the carrier that brought the parcels."""

from __future__ import annotations

from connectors.calls import CallSpec
from connectors.errors import Misconfigured
from shipping.bookings import carrier_of
from shipping.models import Shipment, ShipmentState
from shipping.returns import make_returns
from shipping.stepkit import Review
from shipping.workflow_steps.booking import CompleteShipment
from workflows.steps.base import Plan, Result, StepContext
from workflows.steps.registry import register


@register
class BookReturn(CompleteShipment):
    """Books a return of each shipment that was booked, once, with the option's Return Product: from the customer to who
    sent it. PrintShippingLabel then stores the return label."""

    name = "BookReturn"
    label = "Book return"
    returns = True

    def plan(self, context: StepContext) -> Plan:
        made = make_returns(context.order.id, context.runtime)
        if not Shipment.objects.filter(order_id=context.order.id, is_return=True).exists():
            return Plan.done(
                Result.warning("; ".join(made.refusals) or "No shipment was booked; nothing can come back")
            )
        return self.planned(context)

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if shipment.state == ShipmentState.DRAFT and not carrier_of(shipment).books_returns:
            raise Misconfigured(f"{shipment.carrier} books no returns from here; book it there")
        return super().call(review, shipment)
