"""GLS over real sockets: whatever becomes of an answer, a shipment is booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.shipping import ZPL, CannotCancel, TrackingState
from connectors.effects import close_effects, open_effects
from connectors.errors import Misconfigured, RetryLater
from connectors.sandbox import Sandbox
from connectors.trial import check
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.ageing import calls_age
from tests.contract.scenarios.shipping import BERGEN, booking, coming_back, query
from tests.factories.connectors import publish_connector
from tests.factories.tenants import TenantFactory
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

BOOK = "/shipments$"
BEFORE = ({"drop_before": True}, {"hang_before": True}, {"status": 500}, {"status": 503})
AFTER = (
    {"drop_after": True},
    {"hang_after": True},
    {"status_after_effect": 500},
    {"html": True},
    {"malformed": True},
    {"truncated": True},
    {"text": "{}"},
)


class Desk:
    """Acts through effects, as steps do."""

    def __init__(self, tenant: Tenant, vendors: Sandbox) -> None:
        self.vendors = vendors
        connector = publish_connector(
            tenant,
            "gls",
            is_test=True,
            client_app_id="app-1",
            client_app_secret="s-0123456789",
            properties={"GlsContactId": "c-1"},
        )
        self.config = replace(connector, timeout_ms=300)
        self.ports = Ports(
            events=[].append,
            sleep=lambda seconds: None,
            egress=EgressPolicy.parse([f"127.0.0.1:{vendors.port}"]),
        )

    def book(self, request: Any = None) -> Outcome:
        return self.write("book", request or booking({"product": "PARCEL"}))

    def write(self, operation: str, request: Any) -> Outcome:
        [opened] = open_effects(
            [(self.spec(operation, request, True), CallContext(), "step:1")], owner="worker"
        )
        assert isinstance(opened, Prepared)
        outcome = perform(opened, self.ports)
        close_effects([outcome])
        return outcome

    def read(self, operation: str, request: Any) -> Outcome:
        return perform(Prepared(spec=self.spec(operation, request, False), context=CallContext()), self.ports)

    def ask(self, operation: str, request: Any) -> Any:
        outcome = self.read(operation, request)
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        return outcome.result

    def spec(self, operation: str, request: Any, writes: bool) -> CallSpec:
        subject = f"shipment:{getattr(request, 'reference', '')}"
        return CallSpec(
            connector=self.config, operation=operation, subject=subject, request=request, write=writes
        )

    def assert_booked_once(self, outcome: Outcome) -> None:
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        [entry] = self.vendors.ledger(vendor="gls")
        assert (entry["reference"], entry["object"]) == ("100234-1", outcome.result.consignment)
        parcels = self.vendors.control("GET", "gls/parcels")["parcels"]
        assert [parcel.number for parcel in outcome.result.parcels] == [item["track_id"] for item in parcels]


@pytest.fixture
def desk(db: None, vendors: Sandbox) -> Any:
    tenant = TenantFactory()
    with tenant_scope(tenant):
        yield Desk(tenant, vendors)


def let_an_hour_pass() -> None:
    calls_age(timedelta(hours=1))


@pytest.mark.parametrize("fault", AFTER, ids=lambda fault: "-".join(fault))
def test_a_lost_answer_is_looked_up(desk: Desk, fault: dict[str, Any]) -> None:
    desk.vendors.faults(vendor="gls", path=BOOK, **fault)
    assert desk.book().ending is Ending.UNKNOWN
    assert len(desk.vendors.ledger()) == 1
    desk.assert_booked_once(desk.book())


@pytest.mark.parametrize("fault", BEFORE, ids=lambda fault: "-".join(fault))
def test_what_was_not_booked_is_booked_once_that_is_certain(desk: Desk, fault: dict[str, Any]) -> None:
    desk.vendors.faults(vendor="gls", path=BOOK, **fault)
    assert desk.book().ending is Ending.UNKNOWN
    waiting = desk.book()
    assert (waiting.ending, desk.vendors.ledger()) == (Ending.UNKNOWN, [])
    assert "11 minutes" in waiting.message
    let_an_hour_pass()
    desk.assert_booked_once(desk.book())


@pytest.mark.parametrize("fault", [{"status": 503}, {"hang_before": True}, {"text": "busy"}], ids=str)
def test_while_the_look_up_fails_nothing_is_booked_again(desk: Desk, fault: dict[str, Any]) -> None:
    desk.vendors.faults(vendor="gls", path=BOOK, drop_after=True)
    desk.vendors.faults(vendor="gls", path="/tracking/parcels", times=3, **fault)
    desk.book()
    while (outcome := desk.book()).ending is not Ending.SUCCEEDED:
        assert outcome.ending is Ending.UNKNOWN
    desk.assert_booked_once(outcome)


@pytest.mark.parametrize("hidden", [False, True], ids=["status 400", "status 200"])
def test_a_refusal_in_headers_is_told(desk: Desk, hidden: bool) -> None:
    desk.vendors.control("POST", "gls/refusals", {"hidden": hidden})
    outcome = desk.book(booking({"product": "PARCEL", "pickup_point": "9"}))
    assert (outcome.ending, desk.vendors.ledger()) == (Ending.FAILED, [])
    assert outcome.message == "GLS answered: There is no parcel shop 9 (SHOP_DELIVERY_VALID_SHOP)"


def test_the_quota_of_the_day_is_not_hammered(desk: Desk) -> None:
    desk.vendors.control("POST", "gls/quota", {"left": 0})
    outcome = desk.read("track", ("ZAAAAAAA",))
    assert (outcome.ending, type(outcome.error)) == (Ending.RETRY, RetryLater)
    assert [call["status"] for call in desk.vendors.calls("gls") if "/simple/" in call["path"]] == [429]


def test_an_expired_login_is_renewed_once_and_nothing_booked_twice(desk: Desk) -> None:
    desk.ask("track", ("ZAAAAAAA",))
    desk.vendors.control("POST", "gls/apps", {"key": "app-1", "secret": "s-0123456789"})
    desk.assert_booked_once(desk.book())
    desk.vendors.control("POST", "gls/apps", {"key": "app-1", "secret": "another"})
    outcome = desk.book(booking({"product": "PARCEL", "reference": "100234-9"}))
    assert (outcome.ending, type(outcome.error)) == (Ending.FAILED, Misconfigured)


def test_from_checkout_to_the_parcel_shop_and_back(desk: Desk) -> None:
    parcel, express = desk.ask("options", query({"products": ("PARCEL", "EXPRESS", "FREIGHT")}))
    [near, *_] = desk.ask("pickup_points", query({}))
    booked = desk.book(booking({"product": parcel.product, "pickup_point": near.id})).result
    numbers = tuple(item.number for item in booked.parcels)
    known = booking({"product": "PARCEL", "numbers": numbers, "label_format": ZPL})
    zpl = desk.ask("fetch_label", known)
    desk.vendors.control("POST", "gls/advance", {"number": "100234-1", "steps": 4})
    events = desk.ask("track", numbers)
    back = desk.book(coming_back({"product": "PARCEL"})).result

    assert (express.product, near.name, parcel.price) == (
        "EXPRESS",
        f"Corner shop {BERGEN.postal_code}",
        None,
    )
    assert len(PdfReader(BytesIO(booked.label.content)).pages) == 2
    assert zpl.content.count(b"^XA") == 2
    statuses = [event.state for event in events if event.number == numbers[1] and "." not in event.raw_state]
    assert statuses == [TrackingState.DELIVERED]
    assert TrackingState.READY_FOR_PICKUP in {event.state for event in events}
    assert "SHOP RETURN, from" in PdfReader(BytesIO(back.label.content)).pages[0].extract_text()


def test_cancelled_before_the_first_scan_only(desk: Desk) -> None:
    early = desk.book().result
    known = booking({"product": "PARCEL", "numbers": tuple(item.number for item in early.parcels)})
    desk.vendors.faults(vendor="gls", path="/cancel/", drop_after=True)
    assert desk.write("cancel", known).ending is Ending.UNKNOWN
    let_an_hour_pass()
    assert desk.write("cancel", known).ending is Ending.SUCCEEDED
    late = desk.book(booking({"product": "PARCEL", "reference": "100234-5"})).result
    desk.vendors.control("POST", "gls/advance", {"number": late.consignment})
    numbers = (late.parcels[1].number, late.parcels[0].number)
    outcome = desk.write(
        "cancel", booking({"product": "PARCEL", "reference": "100234-5", "numbers": numbers})
    )
    assert isinstance(outcome.error, CannotCancel)
    assert f"it has scanned it already. Cancelled are {numbers[0]}" in outcome.message


def test_the_test_button(desk: Desk) -> None:
    assert check(desk.config)["AllowedServices"]
    desk.vendors.control("POST", "gls/apps", {"key": "app-1", "secret": "another"})
    with pytest.raises(Misconfigured, match="check the credentials"):
        check(desk.config)
