"""What became of a booking, written to the shipment. Callers hold the row's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from connectors.calls import Ending, Outcome
from connectors.contracts.shipping import Booked, BookedParcel
from connectors.effect_rules import under_way_until
from connectors.models import Effect
from connectors.proof import proved_at
from shipping import labels, printing
from shipping.models import Package, Shipment, ShipmentState

#: Characters that numbers of a carrier may have here.
LONGEST_NUMBER = 255

_FIELDS = [
    "state",
    "reason",
    "consignment",
    "tracking_number",
    "tracking_url",
    "label_url",
    "label_expires_at",
    "expected_delivery",
    "booked_at",
    "modified_at",
]


def take(shipment: Shipment, outcome: Outcome, source: str) -> None:
    """Apply how a call to book (or to find the booking) ended. What may have been executed stays BOOKING."""
    if outcome.ending is Ending.SUCCEEDED:
        confirm(shipment, outcome.result, source)
    elif outcome.ending is Ending.UNKNOWN or outcome.prepared.spec.operation != "book":
        wait(shipment, ShipmentState.BOOKING, outcome.message)
    else:
        wait(shipment, ShipmentState.DRAFT, outcome.message)


def confirm(shipment: Shipment, booked: Booked | None, source: str) -> None:
    """Keep what the carrier gave. Without a consignment there is nothing to track or cancel by: a person looks."""
    if booked is None or not _fits(booked.consignment):
        told = "does not find it" if booked is None else "gave no usable consignment number"
        wait(shipment, ShipmentState.BOOKING, f"The carrier confirmed the booking but {told}; look there.")
        return
    numbers = _number_parcels(list(shipment.packages.all()), booked.parcels)
    shipment.state, shipment.reason = ShipmentState.BOOKED, ""
    shipment.consignment = booked.consignment
    shipment.tracking_number = numbers[0] if len(numbers) == 1 else booked.consignment
    shipment.tracking_url, shipment.label_url = booked.tracking_url, booked.label_url
    shipment.label_expires_at = booked.label_expires_at
    shipment.expected_delivery = booked.delivery or shipment.expected_delivery
    shipment.booked_at = timezone.now()
    shipment.save(update_fields=_FIELDS)
    if booked.label is not None:
        labels.keep(shipment, booked.label, source)


def confirmed_before(shipment: Shipment) -> str | None:
    """The carrier's reference of a booking that it confirmed and that was not kept here; None when there is none."""
    effects = Effect.objects.filter(subject=shipment.subject, operation="book", state=Effect.State.SUCCEEDED)
    return effects.order_by("-ordinal").values_list("provider_reference", flat=True).first()


def provable_at(shipment: Shipment, lag_s: float) -> datetime | None:
    """From when on a look-up that does not know it proves that it was not booked; None for always."""
    tried = Effect.objects.filter(subject=shipment.subject, operation="book").order_by("-ordinal").first()
    return proved_at(tried.last_sent_at, under_way_until(tried), lag_s) if tried else None


def cancel(shipment: Shipment, reason: str) -> None:
    """It is not sent: taken back before it was booked, or cancelled by the carrier. A label that waits is not printed."""
    wait(shipment, ShipmentState.CANCELLED, reason)
    printing.withdraw(shipment, "The shipment was cancelled")


def wait(shipment: Shipment, state: ShipmentState, reason: str) -> None:
    """Not booked, or not known to be; nothing is written where that was known."""
    if (shipment.state, shipment.reason) == (state, reason):
        return
    shipment.state, shipment.reason = state, reason
    shipment.save(update_fields=["state", "reason", "modified_at"])


def _number_parcels(packages: Sequence[Package], parcels: Sequence[BookedParcel]) -> list[str]:
    """Give each package its number, once; carriers that number a consignment only give all parcels the same."""
    numbers: dict[str, Any] = {parcel.reference: parcel.number for parcel in parcels}
    given: list[str] = []
    for package in packages:
        number = numbers.get(package.reference, "")
        if _fits(number) and number not in given:
            package.number = number
            given.append(number)
    Package.objects.bulk_update(packages, ["number"])
    return given


def _fits(number: str) -> bool:
    return 0 < len(number) <= LONGEST_NUMBER
