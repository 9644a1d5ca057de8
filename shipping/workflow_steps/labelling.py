"""PrintShippingLabel: the label of each booked shipment is stored, and queued for the warehouse's printer if wanted."""

from __future__ import annotations

from connectors.calls import CallSpec, Ending, Outcome
from connectors.schema import Boolean, Settings
from shipping import labels, printing
from shipping.bookings import booking_of, call
from shipping.models import Shipment
from shipping.stepkit import NOT_BOOKED, Review, ShipmentStep, offers
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class PrintShippingLabel(ShipmentStep):
    """Stores each booked shipment's label: the carrier's, or one of our own where the carrier makes none."""

    name = "PrintShippingLabel"
    label = "Print shipping label"

    class properties(Settings):
        print_queue = Boolean(
            "Print Queue",
            key="PrintQueue",
            required=False,
            default=False,
            help="Also put it in the print queue of the warehouse that sends; what was asked for before is not asked again.",
        )

    def act(self, review: Review, shipment: Shipment) -> None:
        if self._lacks(shipment) and not offers(shipment, "fetch_label"):
            from shipping import drawing  # which most processes never need, and which is large

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
            queued = self._queue(review, shipment)
            verdict.success(f"{shipment}: the label {'is stored' if fresh else 'was stored before'}{queued}")
        elif shipment.is_booked:
            verdict.error(f"{shipment}: {shipment.carrier} gave an empty label; fetch it there")
        else:
            verdict.warning(f"{shipment} {NOT_BOOKED}")

    def _queue(self, review: Review, shipment: Shipment) -> str:
        if not review.context.properties.print_queue:
            return ""
        made = printing.enqueue_once(shipment, review.source)
        return f" and waits for the printer of {shipment.store or 'no warehouse'}" if made else ""

    def _lacks(self, shipment: Shipment) -> bool:
        return shipment.is_booked and shipment.stored_label is None
