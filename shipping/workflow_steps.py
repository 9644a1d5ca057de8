"""Steps that send parcels: CompleteShipment, PrintShippingLabel, UpdateShipmentStatus, CancelShipments."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import cast

from django.utils import timezone

from connectors import registry
from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts.shipping import Booked, CarrierProvider
from shipping import booked, drawing, labels, tracking
from shipping import validating as validating
from shipping.bookings import booking_of, call
from shipping.defaults import default_shipment
from shipping.models import Shipment, ShipmentState
from shipping.stepkit import Review, ShipmentStep, offers
from workflows.steps.base import Plan, ResultState, StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict

_NOT_BOOKED = "is not booked yet; run CompleteShipment first"


@register
class CompleteShipment(ShipmentStep):
    """Books each shipment with its carrier, once. An order without shipments gets the default of its market."""

    name = "CompleteShipment"
    label = "Complete shipment"

    def plan(self, context: StepContext) -> Plan:
        refusal = default_shipment(context)
        return Plan.done(refusal) if refusal else super().plan(context)

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


@register
class PrintShippingLabel(ShipmentStep):
    """Stores each booked shipment's label: the carrier's, or one of our own where the carrier makes none."""

    name = "PrintShippingLabel"
    label = "Print shipping label"

    def act(self, review: Review, shipment: Shipment) -> None:
        if self._lacks(shipment) and not offers(shipment, "fetch_label"):
            numbers = [package.number for package in shipment.packages.all()]
            booking = booking_of(review.context, shipment)
            labels.keep(shipment, drawing.draw(booking, numbers, shipment.carrier), review.source)

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if not self._lacks(shipment):
            return None
        booking = booking_of(review.context, shipment)
        return call(review.context, shipment, "fetch_label", booking, write=False)

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        if outcome.ending is Ending.SUCCEEDED and outcome.result.content:
            labels.keep(shipment, outcome.result, review.source)

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        label = shipment.stored_label
        if label is not None:
            fresh = label.source == review.source
            verdict.success(f"{shipment}: the label {'is stored' if fresh else 'was stored before'}")
        elif shipment.is_booked:
            verdict.error(f"{shipment}: {shipment.carrier} gave an empty label; fetch it there")
        else:
            verdict.warning(f"{shipment} {_NOT_BOOKED}")

    def _lacks(self, shipment: Shipment) -> bool:
        return shipment.is_booked and shipment.stored_label is None


@register
class UpdateShipmentStatus(ShipmentStep):
    """Reads where each booked shipment is. What has arrived or come back is not asked for again."""

    name = "UpdateShipmentStatus"
    label = "Update shipment status"

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if not shipment.is_under_way or not offers(shipment, "track"):
            return None
        return call(review.context, shipment, "track", (shipment.consignment,), write=False)

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        if outcome.ending is Ending.SUCCEEDED:
            tracking.record(shipment, outcome.result)

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        if not shipment.is_booked:
            verdict.warning(f"{shipment} {_NOT_BOOKED}")
        elif shipment.is_under_way and not offers(shipment, "track"):
            verdict.warning(f"{shipment}: {shipment.carrier} does not offer tracking")
        else:
            standing = shipment.get_tracking_state_display() or "nothing is known of it yet"
            verdict.success(f"{shipment}: {standing}")


@register
class CancelShipments(ShipmentStep):
    """Takes back what has not been booked, and has the carrier cancel what has.

    Where nobody knows whether it was booked, the carrier is asked first.
    """

    name = "CancelShipments"
    label = "Cancel shipments"
    on_cancelled = ResultState.SUCCESS

    def act(self, review: Review, shipment: Shipment) -> None:
        if shipment.state == ShipmentState.DRAFT:
            booked.cancel(shipment, "It was never sent to the carrier")

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        operation = "cancel" if shipment.is_booked else "find"
        if not (shipment.is_under_way or shipment.state == ShipmentState.BOOKING):
            return None
        if not offers(shipment, operation):
            return None
        booking = booking_of(review.context, shipment)
        return call(review.context, shipment, operation, booking, write=operation == "cancel")

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        if outcome.ending is not Ending.SUCCEEDED:
            return
        if outcome.prepared.spec.operation == "find" and outcome.result is not None:
            booked.confirm(shipment, outcome.result, review.source)
        elif shipment.is_booked:
            booked.cancel(shipment, "")
        elif minutes := _minutes_in_doubt(shipment):
            text = f"{shipment.carrier} does not know it yet, which proves something only {minutes} minutes from now"
            booked.wait(shipment, ShipmentState.BOOKING, f"{text}; run CancelShipments again then")
        else:
            booked.cancel(shipment, "The carrier does not know it")

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        if shipment.reference in review.answers and not shipment.is_booked:
            verdict.error(f"{shipment}: {shipment.reason}")
        elif not shipment.is_booked:
            verdict.error(f"{shipment}: nobody knows whether it was booked; look at {shipment.carrier}")
        elif not shipment.is_under_way:
            verdict.warning(f"{shipment} has ended: {shipment.get_tracking_state_display()}")
        elif offers(shipment, "cancel"):
            verdict.error(f"{shipment} was booked as {shipment.consignment}; run CancelShipments again")
        else:
            verdict.warning(
                f"{shipment}: cancel {shipment.consignment} at {shipment.carrier}, which cannot do it from here"
            )


def _minutes_in_doubt(shipment: Shipment) -> int:
    """For how long the carrier's look-up may still lag behind a booking that was tried."""
    tried = booked.last_try_at(shipment)
    if tried is None:
        return 0
    carrier = cast(type[CarrierProvider], registry.get(shipment.connector.type))
    lag = timedelta(seconds=carrier.find_lag_s)
    return max(math.ceil((tried + lag - timezone.now()).total_seconds() / 60), 0)
