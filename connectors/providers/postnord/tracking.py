"""What PostNord's tracking says, in the words of the shipping contract. Fields that it marks as required may be missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contracts.base import reading
from connectors.contracts.shipping import Booked, BookedParcel, Booking, TrackingEvent, TrackingState
from connectors.errors import RetryLater, Unknown
from connectors.providers.postnord.failures import told

Json = Mapping[str, Any]

#: Services that bring a parcel to its recipient: what is available for delivery there is on its last way.
_TO_THE_RECIPIENT = frozenset({"17", "18"})
_POINTS = frozenset({"SERVICE_POINT", "DELIVERY_POINT", "DISTRIBUTION_PARTNER"})
#: Times without an offset are those of the scanner's place; most of the North has this one.
_LOCAL = ZoneInfo("Europe/Stockholm")
_ENDS = {"DELIVERED": "deliveryDate", "RETURNED": "returnDate"}


def shipments(body: Any) -> list[Json]:
    """The shipments of a tracking answer, none where nothing was found. Raises RetryLater for faults in it."""
    with reading("PostNord's tracking answer", RetryLater):
        response = body["TrackingInformationResponse"]
        code, text = told(response)
        if text:
            raise RetryLater(text, code=code, status=200)
        return list(response["shipments"])


def events(number: str, found: Sequence[Json], states: Mapping[str, StrEnum]) -> list[TrackingEvent]:
    """All scans of the shipments that `number` led to, oldest first."""
    with reading("PostNord's tracking answer", RetryLater):
        told_of = [
            event
            for shipment in found
            for item in shipment.get("items") or ()
            for event in _Item(number, shipment, item, states).events()
        ]
        unique = {event.id: event for event in told_of}
        return sorted(unique.values(), key=lambda event: event.occurred_at)


def is_of(shipment: Json, booking: Booking) -> bool:
    """Whether a shipment that our reference led to is the one booked. Raises Unknown where PostNord tells too little."""
    with reading("PostNord's tracking answer", RetryLater):
        given = [str(item["value"]) for item in shipment.get("shipmentReferences") or ()]
        address = (shipment.get("consignee") or {}).get("address") or {}
        place = _squeezed(address.get("postCode") or "")
        is_same = booking.reference.casefold() in {text.strip().casefold() for text in given}
        if given and not is_same:
            return False
        fits = place == _squeezed(booking.recipient.postal_code)
        if fits or (is_same and not place):
            return True
        raise Unknown(
            f"PostNord tracks {shipment['shipmentId']} with the reference {booking.reference}, but perhaps not for this "
            "order: check there, then decide here"
        )


def found(shipment: Json, booking: Booking, country: str) -> Booked:
    """A booking whose answer was lost. PostNord numbers items in their order."""
    with reading("PostNord's tracking answer", RetryLater):
        numbers = sorted(str(item["itemId"]) for item in shipment.get("items") or ())
        consignment = str(shipment["shipmentId"] or numbers[0])
        return Booked(
            consignment=consignment,
            parcels=tuple(
                BookedParcel(reference=parcel.reference, number=number)
                for parcel, number in zip(booking.parcels, numbers, strict=False)
            ),
            tracking_url=f"https://tracking.postnord.com/{country.lower()}/?id={numbers[0] if numbers else consignment}",
        )


class _Item:
    """The scans of one parcel."""

    def __init__(self, number: str, shipment: Json, item: Json, states: Mapping[str, StrEnum]) -> None:
        self.number, self.shipment, self.item, self.states = number, shipment, item, states
        self.parcel = str(item.get("itemId") or shipment.get("shipmentId") or number)

    def events(self) -> Iterator[TrackingEvent]:
        scans = [scan for scan in self.item.get("events") or () if scan.get("eventTime")]
        yield from map(self._event, scans)
        status, times = self.item.get("status"), [_moment(scan["eventTime"]) for scan in scans]
        if status and status not in {scan.get("status") for scan in scans}:
            yield from self._standing(status, times)

    def _event(self, scan: Json) -> TrackingEvent:
        place, moment = scan.get("location") or {}, _moment(scan["eventTime"])
        word = str(scan.get("status") or scan.get("eventCode") or "UNKNOWN")
        marks = (scan.get("eventCode") or "", place.get("locationId") or "")
        return TrackingEvent(
            id=f"{self.parcel}/{moment.astimezone(UTC):%Y%m%dT%H%M%S}/{word}/{'/'.join(marks)}",
            number=self.number,
            parcel=self.parcel,
            state=self._state(word, str(place.get("locationType") or "")),
            raw_state=word,
            occurred_at=moment,
            description=scan.get("eventDescription") or "",
            place=place.get("city") or place.get("displayName") or "",
            expected=self._expected(),
        )

    def _standing(self, status: str, times: Sequence[datetime]) -> Iterator[TrackingEvent]:
        """Where the item is by itself, for scans that do not say so; told at its own time, else at the last scan's."""
        told_at = _ENDS.get(status, "")
        own = self.item.get(told_at) or self.shipment.get(told_at)
        moment = _moment(own) if own else max(times, default=None)
        if moment is not None:
            yield TrackingEvent(
                id=f"{self.parcel}/{status}",
                number=self.number,
                parcel=self.parcel,
                state=self._state(status, ""),
                raw_state=status,
                occurred_at=moment,
                description=((self.item.get("statusText") or {}).get("header")) or "",
                expected=self._expected(),
            )

    def _state(self, word: str, place: str) -> TrackingState:
        service = str((self.shipment.get("service") or {}).get("code") or "")
        on_its_way = word == "AVAILABLE_FOR_DELIVERY" and service in _TO_THE_RECIPIENT
        if on_its_way and place not in _POINTS:
            return TrackingState.OUT_FOR_DELIVERY
        return TrackingState(self.states.get(word, TrackingState.UNKNOWN))

    def _expected(self) -> datetime | None:
        told_by = (self.item, self.shipment)
        given = (
            about.get(name) for about in told_by for name in ("publicTimeOfArrival", "estimatedTimeOfArrival")
        )
        text = next((value for value in given if value), None)
        return _moment(text) if text else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=_LOCAL)


def _squeezed(postal_code: str) -> str:
    return postal_code.replace(" ", "").replace("-", "").casefold()
