"""What ShipIT answers, in the words of the shipping contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.shipping import Booked, BookedParcel, Booking, CannotCancel, ShippingOption
from connectors.errors import RetryLater, Unknown
from connectors.providers.gls import labels
from connectors.providers.gls.words import CANCELLED, PRODUCTS, SCANNED

Json = Mapping[str, Any]


def options(body: Any, wanted: Sequence[str]) -> list[ShippingOption]:
    """The products that GLS carries on this route, of those wanted, in their order; without prices, for it tells none."""
    with reading("GLS's list of products", RetryLater):
        allowed = {item["ProductName"]: None for item in body["AllowedServices"] if item.get("ProductName")}
    codes = [code.strip().upper() for code in wanted] or list(allowed)
    return [
        ShippingOption(product=code, name=PRODUCTS.get(code, f"GLS {code}"))
        for code in codes
        if code in allowed
    ]


def booked(body: Any, booking: Booking, tracking_url: str) -> Booked:
    """Raises Unknown for an answer that does not tell of every parcel, for it may be booked."""
    with reading("GLS's answer to the booking", Unknown):
        created = body["CreatedShipment"]
        parcels = _in_order(created["ParcelData"], booking)
        label = labels.label_of(created, booking.label_format)
    return _confirmed(parcels, tracking_url, label)


def found(body: Any, booking: Booking, tracking_url: str) -> Booked | None:
    """A booking whose answer was lost; None where there are no parcels with our reference, or only cancelled ones."""
    with reading("GLS's list of parcels", RetryLater):
        items = [item for item in body.get("UnitItems") or [] if _is_ours(item, booking)]
        if not items:
            return None
    with reading(f"What GLS knows of {booking.reference}", Unknown):
        return _confirmed(_in_order(items, booking), tracking_url, None)


def check_cancelled(body: Any, number: str, before: Sequence[str]) -> None:
    """Raises CannotCancel for a parcel that is on its way, Unknown for every other result that is not cancelled."""
    with reading("GLS's answer to the cancellation", Unknown):
        result = str(body["Result"])
    if result == SCANNED:
        raise CannotCancel(
            cannot_cancel(number, before, "it has scanned it already"), code=result, status=200
        )
    if result not in CANCELLED:
        raise Unknown(
            f"GLS answered {result} to the cancellation of parcel {number}", code=result, status=200
        )


def cannot_cancel(number: str, before: Sequence[str], why: str) -> str:
    text = f"GLS does not take parcel {number} back: {why}"
    return f"{text}. Cancelled are {', '.join(before)}" if before else text


def _confirmed(parcels: tuple[BookedParcel, ...], tracking_url: str, label: Any) -> Booked:
    first = parcels[0].number
    return Booked(consignment=first, parcels=parcels, tracking_url=f"{tracking_url}{first}", label=label)


def _in_order(items: Sequence[Json], booking: Booking) -> tuple[BookedParcel, ...]:
    """By our references of the parcels, which GLS echoes; by their place where it does not."""
    numbers = [_track_id(item) for item in items]
    references = [parcel.reference for parcel in booking.parcels]
    if len(set(numbers)) != len(references):
        raise ValueError(f"it tells of {len(set(numbers))} parcels instead of {len(references)}")
    echoed = {
        str(_first(item.get("ShipmentUnitReference"))): number
        for item, number in zip(items, numbers, strict=True)
    }
    if set(echoed) == set(references):
        numbers = [echoed[reference] for reference in references]
    return tuple(
        BookedParcel(reference=reference, number=number)
        for reference, number in zip(references, numbers, strict=True)
    )


def _is_ours(item: Json, booking: Booking) -> bool:
    """ShipIT was asked by reference; where it tells the parcel's references, ours has to be among them."""
    told = item.get("ShipmentReference") or [booking.reference]
    return booking.reference in told and not str(item.get("Status")).upper().startswith("CANCEL")


def _track_id(item: Json) -> str:
    if not item["TrackID"]:
        raise ValueError("TrackID is empty")
    return str(item["TrackID"])


def _first(values: Any) -> Any:
    return next(iter(values or []), "")
