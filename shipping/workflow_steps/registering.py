"""RegisterTracking: carriers that push their tracking are asked to, and asked again once a registration has lapsed."""

from __future__ import annotations

from django.utils import timezone

from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts.shipping import TrackingRegistration
from shipping.bookings import call
from shipping.models import Shipment
from shipping.stepkit import NOT_BOOKED, Review, ShipmentStep, offers
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class RegisterTracking(ShipmentStep):
    """Has the tracking of each booked shipment pushed to the connector's webhook address."""

    name = "RegisterTracking"
    label = "Register tracking"

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if not shipment.is_under_way or not offers(shipment, "register_tracking") or is_pushed(shipment):
            return None
        registration = TrackingRegistration(
            reference=shipment.reference,
            consignment=shipment.consignment,
            numbers=tuple(package.number for package in shipment.packages.all() if package.number),
        )
        return call(review.context, shipment, "register_tracking", registration, write=True)

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        if outcome.ending is Ending.SUCCEEDED and outcome.result is not None:
            shipment.push_id, shipment.pushed_until = outcome.result.id[:255], outcome.result.expires_at
            shipment.save(update_fields=["push_id", "pushed_until", "modified_at"])

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        if not shipment.is_booked:
            verdict.warning(f"{shipment} {NOT_BOOKED}")
        elif not shipment.is_under_way:
            verdict.success(f"{shipment} has ended: {shipment.get_tracking_state_display()}")
        elif not offers(shipment, "register_tracking"):
            verdict.warning(f"{shipment}: {shipment.carrier} does not push tracking; let PollTracking ask")
        elif is_pushed(shipment):
            until = f" until {shipment.pushed_until:%Y-%m-%d}" if shipment.pushed_until else ""
            verdict.success(f"{shipment}: {shipment.carrier} pushes its tracking{until}")
        else:
            verdict.error(
                f"{shipment}: {shipment.carrier} took the registration and gave no id; run this again"
            )


def is_pushed(shipment: Shipment) -> bool:
    """Whether a registration is in force."""
    lasts = shipment.pushed_until is None or shipment.pushed_until > timezone.now()
    return bool(shipment.push_id) and lasts
