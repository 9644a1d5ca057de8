"""RegisterTracking: carriers that push their tracking are asked to. PollTracking renews that before it lapses."""

from __future__ import annotations

from connectors.calls import CallSpec, Ending, Outcome
from shipping import pushed
from shipping.bookings import call
from shipping.models import Shipment
from shipping.pushed import is_pushed
from shipping.stepkit import NOT_BOOKED, Review, ShipmentStep, offers
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class RegisterTracking(ShipmentStep):
    """Has the tracking of each booked shipment pushed to the connector's webhook address."""

    name = "RegisterTracking"
    label = "Register tracking"

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if not shipment.is_under_way or not offers(shipment, pushed.OPERATION) or is_pushed(shipment):
            return None
        return call(review.context, shipment, pushed.OPERATION, pushed.registration_of(shipment), write=True)

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        if outcome.ending is Ending.SUCCEEDED and outcome.result is not None:
            pushed.keep(shipment, outcome.result)

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        if not shipment.is_booked:
            verdict.warning(f"{shipment} {NOT_BOOKED}")
        elif not shipment.is_under_way:
            verdict.success(f"{shipment} has ended: {shipment.get_tracking_state_display()}")
        elif not offers(shipment, pushed.OPERATION):
            verdict.success(f"{shipment}: {shipment.carrier} does not push tracking; let PollTracking ask")
        elif is_pushed(shipment):
            until = f" until {shipment.pushed_until:%Y-%m-%d}" if shipment.pushed_until else ""
            verdict.success(f"{shipment}: {shipment.carrier} pushes its tracking{until}")
        else:
            verdict.error(
                f"{shipment}: {shipment.carrier} took the registration and gave no id; run this again"
            )
