"""CancelShipments: what is not booked is taken back, and what is booked is cancelled at the carrier where that can be."""

from __future__ import annotations

import math
from datetime import datetime

from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts.shipping import CannotCancel
from shipping import booked, printing
from shipping.bookings import booking_of, call, carrier_of
from shipping.models import Shipment, ShipmentState
from shipping.stepkit import Review, ShipmentStep, offers
from workflows.steps.base import ResultState
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict

_NOT_ANY_MORE = "The shipment was to be cancelled"


@register
class CancelShipments(ShipmentStep):
    """Takes back what has not been booked, and has the carrier cancel what has.

    Where nobody knows whether it was booked, the carrier is asked first.
    """

    name = "CancelShipments"
    label = "Cancel shipments"
    on_cancelled = ResultState.SUCCESS
    returns = False

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
        if isinstance(outcome.error, CannotCancel):
            self._keep_refusal(review, shipment, outcome.message)
        if outcome.ending is not Ending.SUCCEEDED:
            return
        if outcome.prepared.spec.operation == "find" and outcome.result is not None:
            booked.confirm(shipment, outcome.result, review.source)
        elif shipment.is_booked:
            booked.cancel(shipment, "")
        elif minutes := _minutes_in_doubt(shipment, outcome.started_at):
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
        elif shipment.reference in review.answers and shipment.reason:
            verdict.warning(f"{shipment} cannot be cancelled at {shipment.carrier}: {shipment.reason}")
        elif offers(shipment, "cancel"):
            verdict.error(f"{shipment} was booked as {shipment.consignment}; run CancelShipments again")
        else:
            printing.withdraw(shipment, _NOT_ANY_MORE)
            advice = carrier_of(shipment).without_cancel
            verdict.warning(
                f"{shipment}: cancel {shipment.consignment} at {shipment.carrier}, which cannot do it from here"
                + (f". {advice}" if advice else "")
            )

    def _keep_refusal(self, review: Review, shipment: Shipment, reason: str) -> None:
        """An honest no of the carrier is an answer: the label is not printed any more, and a person reads why."""
        del review.failures[shipment.reference]
        booked.wait(shipment, ShipmentState(shipment.state), reason)
        printing.withdraw(shipment, _NOT_ANY_MORE)


def _minutes_in_doubt(shipment: Shipment, asked_at: datetime) -> int:
    """For how long the carrier may still be at work on a booking that was tried, or its look-up lag behind it."""
    provable = booked.provable_at(shipment, carrier_of(shipment).find_lag_s)
    return max(math.ceil((provable - asked_at).total_seconds() / 60), 0) if provable else 0
