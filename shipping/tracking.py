"""Where a shipment is: events are kept once, and where it stands follows from all of them, whatever order they came in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from connectors.contracts.shipping import TrackingEvent as Told
from connectors.contracts.shipping import TrackingState
from shipping.models import Shipment, TrackingEvent

_FORWARD = (
    TrackingState.PRE_TRANSIT,
    TrackingState.IN_TRANSIT,
    TrackingState.OUT_FOR_DELIVERY,
    TrackingState.READY_FOR_PICKUP,
    TrackingState.DELIVERED,
    TrackingState.RETURNED,
)
_RANK = {state: rank for rank, state in enumerate(_FORWARD)}
_LONGEST = 255


def record(shipment: Shipment, events: Sequence[Told]) -> int:
    """Keep what is new and let the shipment, whose row is locked, move on. Returns how many events are new."""
    known = set(shipment.tracking.values_list("event_id", flat=True))
    fresh = {event.id[:_LONGEST]: event for event in events if event.id[:_LONGEST] not in known}
    TrackingEvent.objects.bulk_create([_row(shipment, key, event) for key, event in fresh.items()])
    if fresh:
        expected = [event.expected for event in fresh.values() if event.expected]
        shipment.expected_delivery = expected[-1] if expected else shipment.expected_delivery
        _move_on(shipment)
    return len(fresh)


def standing(events: Iterable[TrackingEvent], numbers: Collection[str], consignment: str) -> str:
    """Where the least advanced parcel is; an exception of any parcel is told first. "" before anything is known.

    Of a parcel the furthest state counts, so that late news never move it back, and an exception only while nothing
    newer is known. `numbers` are those of the parcels; events of the consignment are about all of them, unless its
    number is that of one parcel.
    """
    known = [event for event in events if event.state != TrackingState.UNKNOWN]
    if not known:
        return ""
    whole = {"", consignment} - set(numbers)
    parcels = [[event for event in known if event.parcel in {*whole, number}] for number in numbers] or [
        known
    ]
    states = [_parcel(of_one) for of_one in parcels]
    if TrackingState.EXCEPTION in states:
        return TrackingState.EXCEPTION
    return min(states, key=lambda state: _RANK[state])


def _parcel(events: Sequence[TrackingEvent]) -> TrackingState:
    """Events in their order of time."""
    states = [TrackingState(event.state) for event in events]
    furthest = max(
        (state for state in states if state in _RANK),
        key=lambda state: _RANK[state],
        default=TrackingState.PRE_TRANSIT,
    )
    ended = furthest in (TrackingState.DELIVERED, TrackingState.RETURNED)
    failed = bool(states) and states[-1] is TrackingState.EXCEPTION
    return TrackingState.EXCEPTION if failed and not ended else furthest


def _move_on(shipment: Shipment) -> None:
    events = list(shipment.tracking.order_by("occurred_at", "pk"))
    numbers = [package.number for package in shipment.packages.all() if package.number]
    shipment.tracking_state = standing(events, numbers, shipment.consignment) or shipment.tracking_state
    shipment.raw_tracking_state = events[-1].raw_state
    shipment.save(update_fields=["tracking_state", "raw_tracking_state", "expected_delivery", "modified_at"])


def _row(shipment: Shipment, key: str, event: Told) -> TrackingEvent:
    return TrackingEvent(
        tenant_id=shipment.tenant_id,
        shipment=shipment,
        event_id=key,
        parcel=event.parcel[:_LONGEST],
        state=event.state.value,
        raw_state=event.raw_state[:_LONGEST],
        description=event.description,
        place=event.place[:_LONGEST],
        occurred_at=event.occurred_at,
    )
