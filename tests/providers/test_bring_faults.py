"""Bring over real sockets: whatever becomes of an answer, a shipment is booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.shipping import TrackingRegistration, TrackingState
from connectors.effects import close_effects, open_effects
from connectors.errors import Misconfigured, Unknown
from connectors.sandbox import Sandbox
from connectors.trial import check
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.ageing import calls_age
from tests.contract.scenarios.shipping import booking, query
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

BOOKING = {"product": "5800", "services": ("EVARSLING",)}
BEFORE = ({"drop_before": True}, {"hang_before": True}, {"status": 500}, {"status": 503})
AFTER = (
    {"drop_after": True},
    {"hang_after": True},
    {"status_after_effect": 500},
    {"status_after_effect": 502},
    {"html": True},
    {"malformed": True},
    {"truncated": True},
    {"text": "{}"},
)


class Desk:
    """Books through effects, as steps do."""

    def __init__(self, tenant: Tenant, vendors: Sandbox, *, is_test: bool = True) -> None:
        self.vendors = vendors
        host = "" if is_test else f"{vendors.url}/bring"
        given = {"merchant_id": "ship@example.com", "bearer_token": "k-0123456789", "host": host}
        connector = publish_connector(
            tenant, "bring", is_test=is_test, properties={"CustomerNumber": "5"}, **given
        )
        self.config = replace(connector, timeout_ms=300)
        self.ports = Ports(
            events=[].append,
            sleep=lambda seconds: None,
            egress=EgressPolicy.parse([f"127.0.0.1:{vendors.port}"]),
        )

    def book(self, **changes: Any) -> Outcome:
        spec = self.spec("book", booking({**BOOKING, **changes}))
        [opened] = open_effects([(spec, CallContext(), "step:1")], owner="worker")
        assert isinstance(opened, Prepared)
        outcome = perform(opened, self.ports)
        close_effects([outcome])
        return outcome

    def ask(self, operation: str, request: Any) -> Any:
        outcome = perform(Prepared(spec=self.spec(operation, request), context=CallContext()), self.ports)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        return outcome.result

    def spec(self, operation: str, request: Any) -> CallSpec:
        return CallSpec(
            connector=self.config,
            operation=operation,
            subject="shipment:100234-1",
            request=request,
            write=operation == "book",
        )

    def assert_booked_once(self, outcome: Outcome) -> None:
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        [entry] = self.vendors.ledger(vendor="bring")
        assert (entry["reference"], entry["object"]) == ("100234-1", outcome.result.consignment)
        assert self.vendors.doubles() == []


@pytest.fixture
def tenant(db: None) -> Any:
    found = TenantFactory()
    with tenant_scope(found):
        yield found


@pytest.fixture
def desk(tenant: Tenant, vendors: Sandbox) -> Desk:
    return Desk(tenant, vendors)


@pytest.fixture
def live(tenant: Tenant, vendors: Sandbox) -> Desk:
    return Desk(tenant, vendors, is_test=False)


def let_an_hour_pass() -> None:
    calls_age(timedelta(hours=1))


@pytest.mark.parametrize("fault", [*BEFORE, *AFTER], ids=lambda fault: "-".join(fault))
def test_a_lost_answer_ends_in_one_booking(desk: Desk, fault: dict[str, Any]) -> None:
    desk.vendors.faults(vendor="bring", path="/booking$", **fault)
    first = desk.book()
    assert first.ending is Ending.UNKNOWN
    assert len(desk.vendors.ledger()) == (1 if fault in AFTER else 0)
    if fault in BEFORE:
        assert desk.book().ending is Ending.UNKNOWN
        let_an_hour_pass()
    desk.assert_booked_once(desk.book())


def test_a_lost_booking_is_found_with_its_parcels(desk: Desk) -> None:
    desk.vendors.faults(vendor="bring", path="/booking$", drop_after=True)
    desk.book()
    found = desk.book().result
    [shipment] = desk.vendors.control("GET", "bring/shipments")["shipments"]
    assert [parcel.number for parcel in found.parcels] == shipment["packages"]


def test_throttled_twice_and_then_booked(desk: Desk) -> None:
    desk.vendors.faults(vendor="bring", path="/booking$", status=429, times=2, retry_after=1)
    desk.assert_booked_once(desk.book())
    assert [call["status"] for call in desk.vendors.calls("bring")] == [429, 429, 200]


@pytest.mark.parametrize("fault", [{"status": 503}, {"hang_before": True}, {"text": "busy"}], ids=str)
def test_while_tracking_fails_nothing_is_booked_again(desk: Desk, fault: dict[str, Any]) -> None:
    desk.vendors.faults(vendor="bring", path="/booking$", drop_after=True)
    desk.vendors.faults(vendor="bring", path="/tracking", times=3, **fault)
    desk.book()
    while (outcome := desk.book()).ending is not Ending.SUCCEEDED:
        assert outcome.ending is Ending.UNKNOWN
    desk.assert_booked_once(outcome)


def test_tracking_that_lags_does_not_lead_to_a_second_booking(live: Desk) -> None:
    live.vendors.faults(vendor="bring", path="/booking$", drop_after=True)
    live.vendors.control("POST", "bring/tracking", {"shown": False})
    live.book()
    waiting = live.book()
    assert (waiting.ending, type(waiting.error)) == (Ending.UNKNOWN, Unknown)
    assert "31 minutes" in waiting.message
    live.vendors.control("POST", "bring/tracking", {"shown": True})
    live.assert_booked_once(live.book())


def test_what_tracking_does_not_know_after_an_hour_is_booked(live: Desk) -> None:
    live.vendors.faults(vendor="bring", path="/booking$", drop_before=True)
    live.book()
    assert live.book().ending is Ending.UNKNOWN
    let_an_hour_pass()
    live.assert_booked_once(live.book())


def test_wrong_credentials_book_nothing(desk: Desk) -> None:
    desk.vendors.control("POST", "bring/users", {"uid": "ship@example.com", "key": "another"})
    outcome = desk.book()
    assert (outcome.ending, type(outcome.error)) == (Ending.FAILED, Misconfigured)
    assert desk.vendors.ledger() == []


def test_a_refusal_is_told_in_bring_s_words(desk: Desk) -> None:
    outcome = desk.book(pickup_point="9")
    assert outcome.ending is Ending.FAILED
    assert outcome.message == "Bring answered: There is no such pickup point (BOOK-INPUT-045)"


def test_from_checkout_to_the_door(desk: Desk) -> None:
    near, home = desk.ask("options", query({"products": ("5800", "5600", "9999")}))
    [point, *_] = desk.ask("pickup_points", query({}))
    booked = desk.book(product=near.product, pickup_point=point.id).result
    label = desk.ask("fetch_label", booking({"label_url": booked.label_url}))
    desk.vendors.control("POST", "bring/advance", {"number": "100234-1", "steps": 5})
    events = desk.ask("track", (booked.consignment, booked.parcels[1].number))

    assert home.price > near.price
    assert len(PdfReader(BytesIO(label.content)).pages) == 2
    assert [event.state for event in events if event.parcel == booked.parcels[1].number] == [
        TrackingState.PRE_TRANSIT,
        TrackingState.IN_TRANSIT,
        TrackingState.IN_TRANSIT,
        TrackingState.IN_TRANSIT,
        TrackingState.READY_FOR_PICKUP,
        TrackingState.DELIVERED,
    ]


def test_the_test_button(desk: Desk) -> None:
    assert check(desk.config)["customers"]
    desk.vendors.control("POST", "bring/users", {"uid": "ship@example.com", "key": "another"})
    with pytest.raises(Misconfigured, match="Authentication failed"):
        check(desk.config)


def test_a_registration_is_renewed_in_place(desk: Desk) -> None:
    number = desk.book().result.consignment

    def register(renews: str = "") -> str:
        registration = TrackingRegistration(
            reference="100234-1", consignment=number, numbers=(), renews=renews
        )
        return str(desk.ask("register_tracking", registration).id)

    first = register()
    assert register() == first
    renewed = register(first)
    assert register(first) == renewed != first
    told = desk.vendors.control("GET", "bring/eventcast")["webhooks"]
    assert [item["id"] for item in told if item["trackingId"] == number] == [renewed]
