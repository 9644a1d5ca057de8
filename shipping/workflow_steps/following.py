"""UpdateShipmentStatus: where each booked shipment is."""

from __future__ import annotations

from django.utils import timezone

from connectors.calls import CallSpec, Ending, Outcome
from shipping import polling, tracking
from shipping.bookings import call, connector_of, numbers_of
from shipping.models import Shipment
from shipping.stepkit import NOT_BOOKED, Review, ShipmentStep, offers
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class UpdateShipmentStatus(ShipmentStep):
    """Reads where each booked shipment is. What has arrived or come back is not asked for again."""

    name = "UpdateShipmentStatus"
    label = "Update shipment status"

    def call(self, review: Review, shipment: Shipment) -> CallSpec | None:
        if not shipment.is_under_way or not offers(shipment, "track"):
            return None
        connector = connector_of(review.context, shipment)
        numbers, left = numbers_of(shipment), polling.left_today(connector)
        if left is not None and left < polling.questions(connector, numbers):
            return None
        return call(review.context, shipment, "track", numbers, write=False)

    def begun(self, shipment: Shipment, spec: CallSpec | None, hindrance: str) -> None:
        if spec is not None:
            polling.spend(spec.connector, spec.request)

    def take(self, review: Review, shipment: Shipment, outcome: Outcome) -> None:
        if outcome.ending is Ending.SUCCEEDED:
            tracking.record(shipment, outcome.result)
            shipment.polled_at = timezone.now()
            shipment.save(update_fields=["polled_at"])

    def judge(self, review: Review, shipment: Shipment, verdict: Verdict) -> None:
        if not shipment.is_booked:
            verdict.warning(f"{shipment} {NOT_BOOKED}")
        elif shipment.is_under_way and not offers(shipment, "track"):
            verdict.warning(f"{shipment}: {shipment.carrier} does not offer tracking")
        elif shipment.is_under_way and shipment.reference not in review.answers:
            verdict.warning(
                f"{shipment}: {shipment.carrier} takes no more questions about tracking today; run this again tomorrow"
            )
        else:
            standing = shipment.get_tracking_state_display() or "nothing is known of it yet"
            verdict.success(f"{shipment}: {standing}")
