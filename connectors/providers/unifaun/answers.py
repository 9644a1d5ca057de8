"""What nShift Delivery says, in the words of the shipping contract. Any field of it may be null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.shipping import (
    PDF,
    ZPL,
    Booked,
    BookedParcel,
    Booking,
    Label,
    PickupPoint,
    TrackingEvent,
    TrackingState,
)
from connectors.errors import RetryLater, Unknown
from connectors.providers.unifaun.words import CANCELLED, STATES

Json = Mapping[str, Any]

#: How long nShift keeps a document.
LIFE = timedelta(hours=1)
_TRACK_PAGE = "https://www.unifaunonline.com/ext.uo.se.se.track"
_TYPES = {PDF: "pdf", ZPL: "zpl"}


def made(body: Any, booking: Booking) -> Json:
    """Our shipment among those that a booking made: some services make that of the return with it."""
    with reading("nShift's answer to the booking", Unknown):
        own = [item for item in body if item["orderNo"] == booking.reference]
        outward = [item for item in own if not item.get("returnShipment")]
        item: Json = (outward or own)[0]
        required(item, "id")
        return item


def booked(item: Json, booking: Booking, at: datetime | None, tracking_key: str) -> Booked:
    """`at` is when its documents were made."""
    with reading("nShift's shipment", Unknown):
        parcels = _in_order(item.get("parcels") or [], booking)
        first = parcels[0].number if parcels else ""
        return Booked(
            consignment=item.get("shipmentNo") or first or required(item, "id"),
            parcels=parcels,
            tracking_url=_track_page(tracking_key, booking.reference),
            label_url=required(item, "id"),
            label_expires_at=at + LIFE if at else None,
        )


def created(item: Json) -> datetime | None:
    with reading("nShift's shipment", Unknown):
        return _moment(item.get("created"))


def is_cancelled(item: Json) -> bool:
    return str(item.get("status") or "").casefold() in CANCELLED


def prints(body: Any, label_format: str) -> tuple[list[str], str]:
    """Ids of a shipment's labels and their type: as wanted, else as they were made. No ids where none is left."""
    with reading("nShift's list of documents", RetryLater):
        given = [(required(item, "id"), str(item.get("type") or "pdf"), _is_label(item)) for item in body]
    labels = [entry for entry in given if entry[2]] or given
    wanted = [entry for entry in labels if entry[1] == _TYPES.get(label_format)] or labels
    kind = ZPL if wanted and wanted[0][1] == "zpl" else PDF
    return [number for number, type_, _ in wanted if type_ == _TYPES[kind]], kind


def label(content: bytes, kind: str) -> Label:
    """Raises RetryLater for what is no such document."""
    content = content.strip() if kind == ZPL else content
    if not content.startswith(b"^XA" if kind == ZPL else b"%PDF"):
        raise RetryLater(f"nShift sent something else than a {_TYPES[kind].upper()} as label")
    return Label(content=content, content_type=kind)


def pickup_points(body: Any, most: int) -> list[PickupPoint]:
    with reading("nShift's list of pickup points", RetryLater):
        if not isinstance(body, list):
            raise TypeError("it is no list")
        return [_pickup_point(item) for item in body][:most]


def history(body: Any, reference: str) -> tuple[list[Json], int]:
    """The shipments of a page of the history that are ours, and how many pages there are."""
    with reading("nShift's history", RetryLater):
        own = [item for item in body["shipments"] if item.get("orderNo") == reference]
        return own, int(body["totalPages"])


def events(items: Sequence[Json], reference: str) -> list[TrackingEvent]:
    """All that the history tells: the state that a shipment came to last."""
    with reading("nShift's history", RetryLater):
        told = [_event(item, reference) for item in items]
        return sorted((event for event in told if event), key=lambda event: event.occurred_at)


def required(item: Json, name: str) -> str:
    if not item[name]:
        raise ValueError(f"{name} is empty")
    return str(item[name])


def _in_order(parcels: Sequence[Json], booking: Booking) -> tuple[BookedParcel, ...]:
    """By our references of the parcels where nShift echoes them, else by their place."""
    numbers = [str(item.get("parcelNo") or item.get("returnParcelNo") or "") for item in parcels]
    echoed = {item.get("reference"): number for item, number in zip(parcels, numbers, strict=True)}
    references = [parcel.reference for parcel in booking.parcels]
    if set(echoed) == set(references):
        numbers = [echoed[reference] for reference in references]
    return tuple(
        BookedParcel(reference=reference, number=number)
        for reference, number in zip(references, numbers, strict=False)
        if number
    )


def _is_label(item: Json) -> bool:
    return "label" in str(item.get("description") or "").casefold()


def _pickup_point(item: Json) -> PickupPoint:
    name = required(item, "name")
    return PickupPoint(
        id=required(item, "id"),
        name=name,
        address=Address(
            name=name,
            line1=item.get("address1") or "",
            line2=item.get("address2") or "",
            postal_code=item.get("zipcode") or "",
            city=item.get("city") or "",
            country=item.get("countryCode") or "",
        ),
        opening_hours=item.get("openingHours") or "",
    )


def _event(item: Json, reference: str) -> TrackingEvent | None:
    at, word = _moment(item.get("changed") or item.get("created")), str(item.get("status") or "")
    if at is None or not word:
        return None
    return TrackingEvent(
        id=f"{required(item, 'id')}/{word.casefold()}",
        parcel="",
        number=reference,
        state=STATES.get(word.casefold().replace("canceled", "cancelled"), TrackingState.UNKNOWN),
        raw_state=word,
        occurred_at=at,
    )


def _moment(text: Any) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment


def _track_page(key: str, reference: str) -> str:
    return f"{_TRACK_PAGE}?key={quote(key, safe='')}&order={quote(reference, safe='')}" if key else ""
