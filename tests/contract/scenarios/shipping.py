"""Scenarios of the shipping contract: two parcels from Oslo to Bergen, and one that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connectors.calls import Ending, Outcome
from connectors.contracts.base import Provider
from connectors.contracts.shipping import (
    ZPL,
    Booking,
    CannotCancel,
    Cart,
    CartLine,
    Parcel,
    SessionCompletion,
    ShippingQuery,
    TrackingRegistration,
    TrackingState,
)
from tests.contract.scenarios.base import ADDRESS, ORDER, Given, Scenario, nok, succeeded
from tests.contract.scenarios.orders import refused

PARCELS = (
    Parcel(reference="1", weight=1200, length=300, width=200, height=100, description="Wool sweaters"),
    Parcel(reference="2", weight=300, length=200, width=100, height=50, description="Socks"),
)
BERGEN = replace(ADDRESS, line1="Torget 1", postal_code="5014", city="Bergen")
CART = Cart(
    id="cart-77",
    total=nok("1250.00"),
    lines=(
        CartLine(
            sku="WOOL-M",
            name="Wool sweater",
            quantity=2,
            unit_price=nok("499.00"),
            discount=nok("0"),
            weight=600,
            length=300,
            width=200,
            height=50,
        ),
        CartLine(sku="SOCK-42", name="Socks", quantity=1, unit_price=nok("252.00"), discount=nok("0")),
    ),
)


def query(given: Given) -> ShippingQuery:
    values: dict[str, Any] = {"sender": ADDRESS, "recipient": BERGEN, "parcels": PARCELS, "currency": "NOK"}
    return ShippingQuery(**{**values, "language": "nb", **given})


def visit(given: Given) -> ShippingQuery:
    """A query for a checkout session."""
    return replace(query(given), cart=CART, customer=ORDER.customer)


def session(given: Given) -> str:
    return str(given["session"])


def completion(given: Given) -> SessionCompletion:
    values: dict[str, Any] = {"order_number": "100234", "reference": "100234-1", "recipient": BERGEN}
    return SessionCompletion(**{**values, "customer": ORDER.customer, **given})


def booking(given: Given) -> Booking:
    values: dict[str, Any] = {"reference": "100234-1", "order_number": "100234", "product": "standard"}
    return Booking(**{**values, "sender": ADDRESS, "recipient": BERGEN, "parcels": PARCELS, **given})


def coming_back(given: Given) -> Booking:
    """The customer in Bergen sends to Oslo."""
    return replace(booking(given), sender=BERGEN, recipient=ADDRESS, is_return=True, reference="100234-2")


def registration(given: Given) -> TrackingRegistration:
    return TrackingRegistration(**{"reference": "100234-1", "numbers": (), **given})


def numbers(given: Given) -> tuple[str, ...]:
    return tuple(given["numbers"])


def offered(outcome: Outcome) -> None:
    succeeded(outcome)
    assert all(option.product and option.name for option in outcome.result)


def priced(outcome: Outcome) -> None:
    offered(outcome)
    assert outcome.result
    assert any(option.price for option in outcome.result) or not _of(outcome).tells_prices


def listed(outcome: Outcome) -> None:
    succeeded(outcome)
    assert all(point.id and point.name for point in outcome.result)


def opened(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.id
    assert outcome.result.widget
    assert outcome.result.widget not in repr(outcome.result)


def chosen(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.choice.product
    assert not outcome.result.is_complete


def completed(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.order_id
    assert outcome.result.product


def booked(outcome: Outcome) -> None:
    """One number for each parcel, in the order of the booking."""
    succeeded(outcome)
    assert outcome.result.consignment
    assert [parcel.reference for parcel in outcome.result.parcels] == ["1", "2"]
    assert all(parcel.number for parcel in outcome.result.parcels)


def labelled(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.content.startswith(b"%PDF" if "pdf" in outcome.result.content_type else b"^XA")


def labelled_in_zpl(outcome: Outcome) -> None:
    labelled(outcome)
    assert outcome.result.content_type == ZPL


def tracked(outcome: Outcome) -> None:
    succeeded(outcome)
    events = outcome.result
    assert events
    assert events == sorted(events, key=lambda event: event.occurred_at)
    assert all(event.id and event.raw_state for event in events)


def tracked_together(outcome: Outcome) -> None:
    """Each event says which of the numbers asked for led to it."""
    tracked(outcome)
    assert {event.number for event in outcome.result} == set(outcome.prepared.spec.request)


def nothing_told(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result == []


def not_understood(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result[-1].state is TrackingState.UNKNOWN
    assert outcome.result[-1].raw_state


def registered(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.id


def not_cancelled(outcome: Outcome) -> None:
    assert outcome.ending is Ending.FAILED, outcome.message
    assert isinstance(outcome.error, CannotCancel)
    assert outcome.error.message


def known(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result.consignment


def unknown(outcome: Outcome) -> None:
    succeeded(outcome)
    assert outcome.result is None


def _of(outcome: Outcome) -> Any:
    from connectors import registry

    return registry.get(outcome.prepared.spec.connector.slug)


def declares(test: Callable[[Any], Any]) -> Callable[[type[Provider]], bool]:
    return lambda implementation: bool(test(implementation))


def _is_remote(implementation: Any) -> bool:
    return not implementation.local


SCENARIOS = (
    Scenario(name="options", operation="options", build=query, expect=priced, write=False),
    Scenario(name="product not available", operation="options", build=query, expect=offered, write=False),
    Scenario(name="pickup points", operation="pickup_points", build=query, expect=listed, write=False),
    Scenario(name="session", operation="open_session", build=visit, expect=opened, write=False),
    Scenario(name="session changed", operation="open_session", build=visit, expect=opened, write=False),
    Scenario(name="session lapsed", operation="open_session", build=visit, expect=opened, write=False),
    Scenario(name="delivery choice", operation="read_session", build=session, expect=chosen, write=False),
    Scenario(name="session unknown", operation="read_session", build=session, expect=refused, write=False),
    Scenario(name="session complete", operation="complete_session", build=completion, expect=completed),
    Scenario(
        name="session complete, answer lost",
        operation="complete_session",
        build=completion,
        expect=completed,
        lost=True,
    ),
    Scenario(name="book", operation="book", build=booking, expect=booked),
    Scenario(name="book refused", operation="book", build=booking, expect=refused),
    Scenario(
        name="book refused with status 200",
        operation="book",
        build=booking,
        expect=refused,
        applies=declares(lambda carrier: carrier.refuses_in_200),
    ),
    Scenario(
        name="book return",
        operation="book",
        build=coming_back,
        expect=booked,
        applies=declares(lambda carrier: carrier.books_returns),
    ),
    Scenario(name="label", operation="fetch_label", build=booking, expect=labelled, write=False),
    Scenario(
        name="label in ZPL",
        operation="fetch_label",
        build=lambda given: replace(booking(given), label_format=ZPL),
        expect=labelled_in_zpl,
        write=False,
        applies=declares(lambda carrier: ZPL in carrier.label_formats),
    ),
    Scenario(name="track", operation="track", build=numbers, expect=tracked, write=False),
    Scenario(
        name="track several",
        operation="track",
        build=numbers,
        expect=tracked_together,
        write=False,
        applies=declares(lambda carrier: carrier.tracking_quota.numbers_per_call > 1),
    ),
    Scenario(name="track nothing yet", operation="track", build=numbers, expect=nothing_told, write=False),
    Scenario(
        name="unknown tracking state", operation="track", build=numbers, expect=not_understood, write=False
    ),
    Scenario(name="register tracking", operation="register_tracking", build=registration, expect=registered),
    Scenario(name="cancel booking", operation="cancel", build=booking, expect=succeeded),
    Scenario(
        name="cannot cancel",
        operation="cancel",
        build=booking,
        expect=not_cancelled,
        applies=declares(_is_remote),
    ),
    Scenario(name="booking found", operation="find", build=booking, expect=known, write=False),
    Scenario(name="booking not found", operation="find", build=booking, expect=unknown, write=False),
)
