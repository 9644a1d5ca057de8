"""What Bring's tracking says, in the words of the shipping contract. Any field of it may be null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.shipping import Booked, BookedParcel, Booking, TrackingEvent, TrackingState
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.bring.answers import Json, required
from connectors.providers.bring.failures import told


def tracked(body: Any) -> list[Json]:
    """The consignments of a tracking answer, none where nothing was found."""
    with reading("Bring's tracking answer", RetryLater):
        parts = [body] if "consignmentSet" in body else body["shipments"]
        found = [item for part in parts for item in part["consignmentSet"]]
        return [item for item in found if not _is_missing(item.get("error"))]


def events(consignments: Sequence[Json], states: Mapping[str, StrEnum]) -> list[TrackingEvent]:
    """Oldest first; the same event of a consignment and of its package once."""
    with reading("Bring's tracking answer", RetryLater):
        newest_first = [_event(package, raw, states) for package, raw in _scans(consignments)]
        unique = {event.id: event for event in reversed(newest_first)}
        return sorted(unique.values(), key=lambda event: event.occurred_at)


def is_of(consignment: Json, booking: Booking) -> bool:
    """Whether a consignment that our reference led to is the one booked; others may use the same reference.

    Raises Unknown where Bring tells too little, or contradicts itself.
    """
    with reading("Bring's tracking answer", RetryLater):
        sender = consignment.get("senderReference") or ""
        place = (consignment.get("recipientAddress") or {}).get("postalCode") or ""
        is_same = sender.strip().casefold() == booking.reference.casefold()
        fits = _squeezed(place) == _squeezed(booking.recipient.postal_code)
        if sender and not is_same:
            return False
        if (is_same or fits) and (fits or not place):
            return True
        number = consignment.get("consignmentId")
        raise Unknown(
            f"Bring tracks {number} with the reference {booking.reference}, but perhaps not for this order"
        )


def found(consignment: Json, booking: Booking) -> Booked:
    """A booking whose answer was lost. Bring numbers packages in their order; the label's address is not told again."""
    with reading("Bring's tracking answer", RetryLater):
        number = required(consignment, "consignmentId")
        packages = sorted(required(item, "packageNumber") for item in consignment.get("packageSet") or [])
        return Booked(
            consignment=number,
            parcels=tuple(
                BookedParcel(reference=parcel.reference, number=package)
                for parcel, package in zip(booking.parcels, packages, strict=False)
            ),
            tracking_url=f"https://sporing.bring.no/sporing.html?q={number}",
        )


def _is_missing(error: Any) -> bool:
    """Whether this says that nothing was found. Raises RetryLater while Bring's own systems do not answer."""
    if not error:
        return False
    code, text = told([error])
    if code == "404":
        return True
    kind = Rejected if code.startswith("4") and code != "429" else RetryLater
    raise kind(text or "Bring's tracking failed", code=code, status=200)


def _scans(consignments: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """Package number and event; an event without a time has no place among the others."""
    for consignment in consignments:
        for package in consignment.get("packageSet") or []:
            number = package.get("packageNumber") or consignment.get("consignmentId") or ""
            yield from ((number, item) for item in package.get("eventSet") or [] if item.get("dateIso"))


def _event(package: str, raw: Json, states: Mapping[str, StrEnum]) -> TrackingEvent:
    word = raw.get("status") or "UNKNOWN"
    moment = datetime.fromisoformat(raw["dateIso"])
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return TrackingEvent(
        id=f"{package}/{moment.astimezone(UTC):%Y%m%dT%H%M%S}/{word}/{raw.get('unitId') or ''}",
        parcel=package,
        state=TrackingState(states.get(word, TrackingState.UNKNOWN)),
        raw_state=word,
        occurred_at=moment,
        description=raw.get("description") or "",
        place=raw.get("city") or "",
    )


def _squeezed(postal_code: str) -> str:
    return postal_code.replace(" ", "").replace("-", "").casefold()
