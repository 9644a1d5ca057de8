"""What may be done with an order's shipments by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from connectors.contracts.shipping import TrackingState
from shipping.models import ShipmentState
from shipping.models.shipment import ENDED
from workflows.acts import ActStep
from workflows.by_hand import Offer, StepAct, Subject, count_of, register

_OPEN = (ShipmentState.DRAFT, ShipmentState.BOOKING)


class ShipmentAct(StepAct):
    """Runs one shipping step for all shipments of the order."""

    group = "Shipment"
    step: ClassVar[str]

    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        return [ActStep(name=self.step)]


@register
class Book(ShipmentAct):
    name = "book"
    label = "Book shipment"
    icon = "local_shipping"
    step = "CompleteShipment"

    def offer(self, subject: Subject) -> Offer:
        known = _shipments(subject)
        if not known:
            return Offer(
                says=("Makes a shipment with the default shipping provider of the market and books it.",)
            )
        waiting = [item for item in known if item["state"] in _OPEN]
        if not waiting:
            return Offer.refused("Every shipment is booked or cancelled.")
        return Offer(says=(f"Books {_listed(waiting)}.",))


@register
class PrintLabel(ShipmentAct):
    name = "label"
    label = "Print label"
    icon = "print"
    step = "PrintShippingLabel"

    def offer(self, subject: Subject) -> Offer:
        booked = [item for item in _shipments(subject) if item["state"] == ShipmentState.BOOKED]
        if not booked:
            return Offer.refused("No shipment is booked; book one first.")
        return Offer(says=(f"Fetches and keeps the label of {_listed(booked)}; one that is there stays.",))


@register
class UpdateTracking(ShipmentAct):
    name = "track"
    label = "Update tracking"
    icon = "route"
    step = "UpdateShipmentStatus"

    def offer(self, subject: Subject) -> Offer:
        under_way = [item for item in _shipments(subject) if _is_under_way(item)]
        if not under_way:
            return Offer.refused("No shipment is under way.")
        return Offer(says=(f"Asks where {_listed(under_way)} is now.",))


@register
class CancelShipment(ShipmentAct):
    name = "cancel_shipment"
    label = "Cancel shipment"
    icon = "cancel"
    step = "CancelShipments"
    danger = True
    needs_reason = True

    def offer(self, subject: Subject) -> Offer:
        known = [item for item in _shipments(subject) if item["state"] in _OPEN or _is_under_way(item)]
        if not known:
            return Offer.refused("There is no shipment that could be cancelled.")
        return Offer(says=(f"Cancels {_listed(known)} at the carrier where it allows that.",))


def _shipments(subject: Subject) -> list[Mapping[str, Any]]:
    return list(subject.document.sections.get("shipments", ()))


def _is_under_way(shipment: Mapping[str, Any]) -> bool:
    ended: tuple[TrackingState, ...] = ENDED
    return shipment["state"] == ShipmentState.BOOKED and shipment["tracking_state"] not in ended


def _listed(shipments: Iterable[Mapping[str, Any]]) -> str:
    found = list(shipments)
    words = [
        " ".join(filter(None, [item["carrier"], item["shipping_option"], item["consignment"]]))
        for item in found
    ]
    return f"{count_of(len(found), 'shipment')} ({'; '.join(words)})"
