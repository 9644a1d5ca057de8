"""What Shipment Server says, in the words of the shipping contract. Any field of it may be missing."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.labels import join
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
from connectors.providers.consignor.words import DELETED, EVENTS, STATES

Json = Mapping[str, Any]

#: What a type of label is called, and how it begins.
LABELS = {PDF: "PDF", ZPL: "ZPL"}
_BEGINNINGS = {PDF: b"%PDF", ZPL: b"^XA"}


def booked(shipment: Any, booking: Booking) -> Booked:
    with reading("nShift Ship's shipment", Unknown):
        own, parcels = required(shipment, "ShpCSID"), _parcels(shipment, booking)
        first = parcels[0].number if parcels else ""
        return Booked(consignment=str(shipment.get("ShpNo") or first or own), parcels=parcels, label_url=own)


def label(body: Any, content_type: str) -> Label:
    """That of all parcels, from a booking or a reprint. Raises RetryLater for what is no such label."""
    with reading("nShift Ship's labels", RetryLater):
        files = [base64.b64decode(item["Content"], validate=True) for item in body["Labels"]]
    if content_type == ZPL:
        files = [file.strip() for file in files]
    if not files or not all(file.startswith(_BEGINNINGS[content_type]) for file in files):
        raise RetryLater(f"nShift Ship sent no {LABELS[content_type]} as label")
    return join([Label(content=file, content_type=content_type) for file in files], RetryLater)


def enclosed_label(body: Any, content_type: str) -> Label | None:
    """None where it did not come with the booking, which stands all the same; it can be printed again."""
    try:
        return label(body, content_type)
    except RetryLater:
        return None


def shipments(body: Any, reference: str) -> list[Json]:
    """Those that are ours: of a list, or a single one."""
    with reading("nShift Ship's shipments", RetryLater):
        listed = body["Shipments"] if "Shipments" in body else [body] if body["ShpCSID"] else []
        return [item for item in listed or [] if item.get("OrderNo") == reference]


def is_deleted(shipment: Json) -> bool:
    with reading("nShift Ship's shipment", RetryLater):
        return any(_kind(event) in DELETED for event, _ in _raw_events(shipment))


def events(found: Sequence[Json], reference: str) -> list[TrackingEvent]:
    """Oldest first; the same event of a shipment and of its package once."""
    with reading("nShift Ship's events", RetryLater):
        told = [
            _event(raw, package, shipment, reference)
            for shipment in found
            for raw, package in _raw_events(shipment)
            if raw.get("Date")
        ]
        unique = {event.id: event for event in told}
        return sorted(unique.values(), key=lambda event: event.occurred_at)


def tracking_url(body: Any) -> str:
    url = body.get("TrackingURL") if isinstance(body, Mapping) else ""
    return url if isinstance(url, str) and url.startswith("https://") else ""


def pickup_points(body: Any, most: int) -> list[PickupPoint]:
    with reading("nShift Ship's drop points", RetryLater):
        listed = body if isinstance(body, list) and body else body["DropPoints"]
        return [_pickup_point(item) for item in listed][:most]


def required(item: Json, name: str) -> str:
    if not item[name]:
        raise ValueError(f"{name} is empty")
    return str(item[name])


def _parcels(shipment: Json, booking: Booking) -> tuple[BookedParcel, ...]:
    """By the numbers that we gave them where these come back, else by their place."""
    packages = [package for line in shipment.get("Lines") or [] for package in line.get("Pkgs") or []]
    places = range(1, len(booking.parcels) + 1)
    if {package.get("ItemNo") for package in packages} == set(places):
        packages.sort(key=lambda package: int(package["ItemNo"]))
    return tuple(
        BookedParcel(reference=parcel.reference, number=str(package["PkgNo"]))
        for parcel, package in zip(booking.parcels, packages, strict=False)
        if package.get("PkgNo")
    )


def _raw_events(shipment: Json) -> Iterator[tuple[Json, str]]:
    """Events with the number of their package, "" for those of the whole shipment."""
    yield from ((raw, "") for raw in shipment.get("CSEvents") or [])
    for line in shipment.get("Lines") or []:
        for package in line.get("Pkgs") or []:
            number = str(package.get("PkgNo") or "")
            yield from ((raw, number) for raw in package.get("ConsignorEvents") or [])


def _event(raw: Json, package: str, shipment: Json, reference: str) -> TrackingEvent:
    kind, at = _kind(raw), datetime.fromisoformat(raw["Date"])
    word = EVENTS.get(kind, f"Kind {kind}")
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return TrackingEvent(
        id=f"{shipment.get('ShpCSID')}/{package}/{kind}/{at.astimezone(UTC):%Y%m%dT%H%M%S}",
        parcel=package,
        number=reference,
        state=STATES.get(word, TrackingState.UNKNOWN),
        raw_state=word,
        occurred_at=at,
    )


def _kind(raw: Json) -> int:
    return int(raw.get("Kind") or 0)


def _pickup_point(item: Json) -> PickupPoint:
    name = required(item, "Name1")
    return PickupPoint(
        id=required(item, "OriginalID"),
        name=name,
        address=Address(
            name=name,
            line1=item.get("Street1") or "",
            line2=item.get("Street2") or "",
            postal_code=item.get("PostCode") or "",
            city=item.get("City") or "",
            country=item.get("CountryCode") or "",
        ),
        latitude=_coordinate(item.get("Latitude")),
        longitude=_coordinate(item.get("Longitude")),
    )


def _coordinate(value: Any) -> float | None:
    """Nought stands for unknown."""
    return float(value) if value else None
