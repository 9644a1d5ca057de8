"""CompleteShipment: each shipment is booked with its carrier, once."""

from __future__ import annotations

from connectors.calls import CallSpec, Outcome
from connectors.contracts.shipping import Booked
from connectors.errors import Misconfigured
from shipping import booked
from shipping.bookings import booking_of, call, carrier_of
from shipping.defaults import default_shipment
from shipping.models import Shipment, ShipmentState
from shipping.stepkit import Review, ShipmentStep, offers
from workflows.steps.base import Plan, StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class CompleteShipment(ShipmentStep):
    """Books each shipment with its carrier, once. An order without shipments gets the default of its market."""

    name = "CompleteShipment"
    label = "Complete shipment"
    returns = False

    def plan(self, context: StepContext) -> Plan:
        refusal = default_shipment(context)
        return Plan.done(refusal) if refusal else self.planned(context)

    def planned(self, context: StepContext) -> Plan:
        """What is to be booked of the shipments that there are."""
        return super().plan(context)

    def act(self, review: Review, shipment: Shipment) -> None:
        """A booking that the carrier confirmed and that was not kept is never made again."""
        known = booked.confirmed_before(shipment) if shipment.state == ShipmentState.BOOKING else None
        if known is not None and not offers(shipment, "find"):
            booked.confirm(shipment, Booked(consignment=known), review.source)

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if shipment.is_booked:
            return None
        asking = shipment.state == ShipmentState.BOOKING and booked.confirmed_before(shipment) is not None
        booking = booking_of(review.context, shipment)
        self._check(shipment, len(booking.parcels))
        return call(review.context, shipment, "find" if asking else "book", booking, write=not asking)

    def begun(self, shipment: Shipment, spec: CallSpec | None, hindrance: str) -> None:
        if spec is not None:
            booked.wait(shipment, ShipmentState.BOOKING, "")
        elif hindrance:
            booked.wait(shipment, ShipmentState(shipment.state), hindrance)

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        booked.take(shipment, outcome, review.source)

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        if not shipment.is_booked:
            verdict.error(
                f"{shipment}: {shipment.reason or 'another act on it is under way; run this again'}"
            )
        elif shipment.reference in review.answers:
            verdict.success(f"{shipment} is booked with {shipment.carrier} as {shipment.consignment}")
        else:
            verdict.success(f"{shipment} was booked before as {shipment.consignment}")

    def _check(self, shipment: Shipment, parcels: int) -> None:
        """Raises Misconfigured for what the carrier cannot book at all."""
        carrier = carrier_of(shipment)
        if not offers(shipment, "book"):
            raise Misconfigured(
                f"{carrier.label} books nothing; run ConfirmDeliveryChoice first, and enter its codes as Checkout"
                " Codes of the options that shall book"
            )
        if parcels > carrier.most_parcels:
            raise Misconfigured(
                f"{carrier.label} takes at most {carrier.most_parcels} parcels in one shipment; split it"
            )
