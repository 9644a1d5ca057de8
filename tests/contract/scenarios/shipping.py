"""Scenarios of the shipping contract: two parcels from Oslo to Bergen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.calls import Outcome
from connectors.contracts.shipping import Booking, Parcel, ShippingQuery, TrackingState
from tests.contract.scenarios.base import ADDRESS, Given, Scenario, succeeded
from tests.contract.scenarios.orders import refused

PARCELS = (
    Parcel(reference="1", weight=1200, length=300, width=200, height=100, description="Wool sweaters"),
    Parcel(reference="2", weight=300, length=200, width=100, height=50, description="Socks"),
)
BERGEN = replace(ADDRESS, line1="Torget 1", postal_code="5014", city="Bergen")


def query(given: Given) -> ShippingQuery:
    values: dict[str, Any] = {"sender": ADDRESS, "recipient": BERGEN, "parcels": PARCELS, "currency": "NOK"}
    return ShippingQuery(**{**values, "language": "nb", **given})


def booking(given: Given) -> Booking:
    values: dict[str, Any] = {"reference": "100234-1", "order_number": "100234", "product": "standard"}
    return Booking(**{**values, "sender": ADDRESS, "recipient": BERGEN, "parcels": PARCELS, **given})


def numbers(given: Given) -> tuple[str, ...]:
    return tuple(given["numbers"])


def offered(outcome: Outcome) -> None:
    succeeded(outcome)
    assert all(option.product and option.name for option in outcome.result)


def priced(outcome: Outcome) -> None:
    offered(outcome)
    assert any(option.price for option in outcome.result)


def listed(outcome: Outcome) -> None:
    succeeded(outcome)
    assert all(point.id and point.name for point in outcome.result)


def booked(outcome: Outcome) -> None:
    """One number for each parcel, in the order of the booking."""
    succeeded(outcome)
    assert outcome.result.consignment
    assert [parcel.reference for parcel in outcome.result.parcels] == ["1", "2"]
    assert all(parcel.number for parcel in outcome.result.parcels)


def labelled(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.content.startswith(b"%PDF" if "pdf" in outcome.result.content_type else b"^XA")


def tracked(outcome: Outcome) -> None:
    succeeded(outcome)
    events = outcome.result
    assert events
    assert events == sorted(events, key=lambda event: event.occurred_at)
    assert all(event.id and event.raw_state for event in events)


def not_understood(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result[-1].state is TrackingState.UNKNOWN
    assert outcome.result[-1].raw_state


def known(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.consignment


def unknown(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result is None


SCENARIOS = (
    Scenario(name="options", operation="options", build=query, expect=priced, write=False),
    Scenario(name="product not available", operation="options", build=query, expect=offered, write=False),
    Scenario(name="pickup points", operation="pickup_points", build=query, expect=listed, write=False),
    Scenario(name="book", operation="book", build=booking, expect=booked),
    Scenario(name="book refused", operation="book", build=booking, expect=refused),
    Scenario(name="label", operation="fetch_label", build=booking, expect=labelled, write=False),
    Scenario(name="track", operation="track", build=numbers, expect=tracked, write=False),
    Scenario(
        name="unknown tracking state", operation="track", build=numbers, expect=not_understood, write=False
    ),
    Scenario(name="cancel booking", operation="cancel", build=booking, expect=succeeded),
    Scenario(name="booking found", operation="find", build=booking, expect=known, write=False),
    Scenario(name="booking not found", operation="find", build=booking, expect=unknown, write=False),
)
