"""nShift Delivery over real sockets: whatever becomes of an answer, a shipment is booked once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.calls import Ending
from connectors.contracts.shipping import ZPL, CannotCancel, TrackingState
from connectors.errors import Misconfigured, Unknown
from connectors.sandbox import Sandbox
from connectors.trial import check
from tenants.scoping import tenant_scope
from tests.contract.scenarios.shipping import booking, coming_back, query
from tests.factories.tenants import TenantFactory
from tests.providers.carrier_desk import AFTER, BEFORE, Desk, let_an_hour_pass
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

BOOKING = "/rs-extapi/v1/shipments$"
PORTAL = {"client_app_id": "shop", "client_app_secret": "s3cret-portal"}


def desk_of(vendors: Sandbox, **given: Any) -> Iterator[Desk]:
    tenant, root = TenantFactory(), f"{vendors.url}/unifaun"
    columns = {"merchant_id": "K" * 16, "bearer_token": "s" * 24, "host": f"{root}/rs-extapi/v1"}
    columns |= {"tenant_url": root, "oauth_resource": root, **given}
    properties = {"CheckoutConnection": "c1", "AgentType": "POSTNORD"}
    with tenant_scope(tenant):
        yield Desk("unifaun", tenant, vendors, "P19", columns, properties)


@pytest.fixture
def desk(db: None, vendors: Sandbox) -> Iterator[Desk]:
    yield from desk_of(vendors, **PORTAL)


@pytest.fixture
def plain(db: None, vendors: Sandbox) -> Iterator[Desk]:
    """Without a client of the portal."""
    yield from desk_of(vendors)


@pytest.mark.parametrize("fault", [*BEFORE, *AFTER], ids=lambda fault: "-".join(fault))
def test_a_lost_answer_ends_in_one_booking(desk: Desk, fault: dict[str, Any]) -> None:
    desk.vendors.faults(vendor="unifaun", path=BOOKING, **fault)
    assert desk.book().ending is Ending.UNKNOWN
    assert len(desk.vendors.ledger()) == (1 if fault in AFTER else 0)
    if fault in BEFORE:
        assert desk.book().ending is Ending.UNKNOWN
        let_an_hour_pass()
    desk.assert_booked_once(desk.book())


def test_a_lost_booking_is_found_with_its_parcels_and_its_label(desk: Desk) -> None:
    desk.vendors.faults(vendor="unifaun", path=BOOKING, drop_after=True)
    desk.book()
    found = desk.book().result
    [shipment] = desk.control("shipments")["shipments"]
    assert [parcel.number for parcel in found.parcels] == shipment["parcels"]
    assert desk.ask("fetch_label", booking({"label_url": found.label_url})).content.startswith(b"%PDF")


def test_while_the_history_fails_nothing_is_booked_again(desk: Desk) -> None:
    desk.vendors.faults(vendor="unifaun", path=BOOKING, drop_after=True)
    desk.vendors.faults(vendor="unifaun", path="history", times=3, status=503)
    desk.book()
    while (outcome := desk.book()).ending is not Ending.SUCCEEDED:
        assert outcome.ending is Ending.UNKNOWN
    desk.assert_booked_once(outcome)


def test_a_booking_stands_though_its_label_does_not_come(desk: Desk) -> None:
    desk.vendors.faults(vendor="unifaun", path="/prints", times=9, status=503)
    booked = desk.book().result
    assert booked.label is None
    assert booked.label_expires_at - datetime.now(UTC) > timedelta(minutes=59)


def test_throttled_twice_and_then_booked(desk: Desk) -> None:
    desk.vendors.faults(vendor="unifaun", path=BOOKING, status=429, times=2, retry_after=1)
    desk.assert_booked_once(desk.book())
    assert [call["status"] for call in desk.vendors.calls("unifaun")][:3] == [429, 429, 201]


def test_documents_lapse(desk: Desk) -> None:
    booked = desk.book().result
    desk.control("lapse", {})
    outcome = desk.try_to("fetch_label", booking({"label_url": booked.label_url, "consignment": "44"}))
    assert outcome.ending is Ending.FAILED
    assert "keeps documents for an hour" in outcome.message


def test_two_shipments_under_one_reference_are_for_a_person(desk: Desk) -> None:
    desk.book()
    desk.ask("book", booking({"product": "P19"}))
    outcome = desk.try_to("find", booking({}))
    assert isinstance(outcome.error, Unknown)
    assert "several shipments" in outcome.message


def test_cancelled_once_and_only_before_it_is_sent(desk: Desk) -> None:
    first = desk.book().result
    named = booking({"label_url": first.label_url, "consignment": first.consignment})
    desk.vendors.faults(vendor="unifaun", path=f"/{first.label_url}$", drop_after=True)
    assert desk.write("cancel", named).ending is Ending.UNKNOWN
    assert desk.write("cancel", named).ending is Ending.SUCCEEDED
    assert desk.ask("cancel", named).consignment == first.consignment
    assert desk.ask("find", booking({})) is None

    second = desk.ask("book", booking({"product": "P19", "reference": "100234-3"}))
    desk.control("advance", {"number": "100234-3"})
    named = booking({"label_url": second.label_url, "reference": "100234-3"})
    outcome = desk.try_to("cancel", named)
    assert isinstance(outcome.error, CannotCancel)
    assert "on its way already" in outcome.message


def test_from_checkout_to_the_agent_and_back(desk: Desk) -> None:
    near, home = desk.ask("options", query({"currency": "SEK"}))
    [point, *_] = desk.ask("pickup_points", query({}))
    assert near.pickup_points[0].id == point.id
    assert home.price > near.price
    booked = desk.book(product=near.product, pickup_point=point.id).result
    assert len(PdfReader(BytesIO(booked.label.content)).pages) == 2
    desk.control("advance", {"number": "100234-1", "steps": 3})
    second = booked.parcels[1].number
    told = [event for event in desk.ask("track", ("100234-1",)) if event.parcel in ("", second)]
    assert [event.state for event in told] == [
        TrackingState.PRE_TRANSIT,
        TrackingState.IN_TRANSIT,
        TrackingState.READY_FOR_PICKUP,
        TrackingState.DELIVERED,
    ]
    back = desk.ask("book", coming_back({"product": "P24", "label_format": ZPL}))
    assert back.label.content.startswith(b"^XA")
    assert back.label.content_type == ZPL


def test_without_the_portal_tracking_is_that_of_the_history(plain: Desk) -> None:
    plain.book()
    plain.control("advance", {"number": "100234-1", "steps": 2})
    [event] = plain.ask("track", ("100234-1",))
    assert (event.state, event.raw_state) == (TrackingState.OUT_FOR_DELIVERY, "OUTFORDELIVERY")
    outcome = plain.try_to("options", query({}))
    assert isinstance(outcome.error, Misconfigured)
    assert "Client App ID" in outcome.message


def test_the_test_button_proves_both_logins(desk: Desk) -> None:
    assert check(desk.config)
    desk.control("keys", {"id": "K" * 16, "secret": "another"})
    with pytest.raises(Misconfigured, match="check its id and secret"):
        check(desk.config)
    assert desk.book().ending is Ending.FAILED
    assert desk.vendors.ledger() == []
