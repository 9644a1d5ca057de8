"""PostNord over real sockets: whatever becomes of an answer, a shipment is booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared, perform
from connectors.client import EgressPolicy, Ports
from connectors.contracts.shipping import TrackingState
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

KEY = "0f6e5d4c3b2a19087f6e5d4c3b2a1908"
BOOKS = "/edi/labels/pdf$"
BEFORE = ({"drop_before": True}, {"status": 503})
AFTER = (
    {"drop_after": True},
    {"hang_after": True},
    {"status_after_effect": 500},
    {"status_after_effect": 499},
    {"html": True},
    {"malformed": True},
    {"text": "{}"},
)


class Desk:
    """Books through effects, as steps do."""

    def __init__(self, tenant: Tenant, vendors: Sandbox, *, is_test: bool = True) -> None:
        self.vendors = vendors
        properties = {"CustomerNumber": "2400187731", "AgreementCountry": "SE"}
        host = f"{vendors.url}/postnord"
        made = publish_connector(
            tenant, "postnord", is_test=is_test, host=host, bearer_token=KEY, properties=properties
        )
        self.config = replace(made, timeout_ms=300)
        self.events: list[Any] = []
        self.ports = Ports(
            events=self.events.append,
            sleep=lambda seconds: None,
            egress=EgressPolicy.parse([f"127.0.0.1:{vendors.port}"]),
        )

    def write(self, operation: str = "book", **changes: Any) -> Outcome:
        spec = self.spec(operation, booking({"product": "19", "services": ("A3",), **changes}))
        [opened] = open_effects([(spec, CallContext(), f"step:{operation}")], owner="worker")
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
            subject=f"shipment:{getattr(request, 'reference', '100234-1')}",
            request=request,
            write=operation in {"book", "cancel"},
        )

    def assert_booked_once(self, outcome: Outcome) -> None:
        assert outcome.ending is Ending.SUCCEEDED, outcome.message
        [entry] = self.vendors.ledger(vendor="postnord")
        assert (entry["reference"], entry["object"]) == ("100234-1", outcome.result.parcels[0].number)
        assert self.vendors.doubles() == []
        assert KEY not in str(self.events)


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


@pytest.mark.parametrize("fault", [*BEFORE, *AFTER], ids=lambda fault: "-".join(fault))
def test_a_lost_answer_ends_in_one_booking(desk: Desk, fault: dict[str, Any]) -> None:
    desk.vendors.faults(vendor="postnord", path=BOOKS, **fault)
    first = desk.write()
    assert first.ending is Ending.UNKNOWN
    assert len(desk.vendors.ledger()) == (1 if fault in AFTER else 0)
    if fault not in AFTER:
        assert desk.write().ending is Ending.UNKNOWN
        calls_age(timedelta(minutes=2))
    desk.assert_booked_once(desk.write())


def test_a_lost_booking_is_found_with_its_parcels_and_its_label(desk: Desk) -> None:
    desk.vendors.faults(vendor="postnord", path=BOOKS, drop_after=True)
    desk.write()
    found = desk.write().result
    [shipment] = desk.vendors.control("GET", "postnord/shipments")["shipments"]
    assert [parcel.number for parcel in found.parcels] == shipment["items"]
    label = desk.ask("fetch_label", booking({"numbers": tuple(shipment["items"])}))
    assert len(PdfReader(BytesIO(label.content)).pages) == 2


def test_throttled_twice_and_then_booked(desk: Desk) -> None:
    desk.vendors.faults(vendor="postnord", path=BOOKS, status=429, times=2, retry_after=1)
    desk.assert_booked_once(desk.write())


def test_tracking_that_lags_does_not_lead_to_a_second_booking(live: Desk) -> None:
    live.vendors.faults(vendor="postnord", path=BOOKS, drop_after=True)
    live.vendors.control("POST", "postnord/tracking", {"shown": False})
    live.write()
    waiting = live.write()
    assert (waiting.ending, type(waiting.error)) == (Ending.UNKNOWN, Unknown)
    live.vendors.control("POST", "postnord/tracking", {"shown": True})
    live.assert_booked_once(live.write())


def test_what_tracking_does_not_know_after_two_hours_is_booked(live: Desk) -> None:
    live.vendors.faults(vendor="postnord", path=BOOKS, drop_before=True)
    live.write()
    assert live.write().ending is Ending.UNKNOWN
    span = timedelta(hours=2)
    calls_age(span)
    live.assert_booked_once(live.write())


def test_a_refusal_hidden_in_a_success_is_told_in_postnord_s_words(desk: Desk) -> None:
    outcome = desk.write(product="99")
    assert outcome.ending is Ending.FAILED
    assert outcome.message == "PostNord answered: There is no service 99 (BUS-003)"
    assert desk.vendors.ledger() == []


def test_taken_back_before_it_is_handed_in_and_not_after(desk: Desk) -> None:
    booked = desk.write().result
    numbers = tuple(parcel.number for parcel in booked.parcels)
    given = {"consignment": booked.consignment, "numbers": numbers}
    desk.vendors.control("POST", "postnord/advance", {"number": numbers[0]})
    late = desk.write("cancel", **given)
    assert (late.ending, late.message) == (
        Ending.FAILED,
        "PostNord answered: The items have been handed in (BUS-022)",
    )
    again = desk.write(reference="100234-9").result
    numbers = tuple(parcel.number for parcel in again.parcels)
    given = {"consignment": again.consignment, "numbers": numbers, "reference": "100234-9"}
    assert desk.write("cancel", **given).ending is Ending.SUCCEEDED
    assert desk.ask("track", numbers) == []


def test_from_checkout_to_the_point_and_back(desk: Desk) -> None:
    near, home = desk.ask("options", query({"products": ("19", "17", "9999")}))
    point, box, _ = desk.ask("pickup_points", query({}))
    booked = desk.write(product=near.product, services=("A7",), pickup_point=point.id).result
    desk.vendors.control("POST", "postnord/advance", {"number": "100234-1", "steps": 4})
    events = desk.ask("track", [parcel.number for parcel in booked.parcels])

    assert (near.price, home.price) == (None, None)
    assert near.delivery
    assert near.delivery <= home.delivery
    assert box.opening_hours
    assert len(PdfReader(BytesIO(booked.label.content)).pages) == 2
    assert [event.state for event in events if event.parcel == booked.parcels[1].number] == [
        TrackingState.PRE_TRANSIT,
        TrackingState.IN_TRANSIT,
        TrackingState.READY_FOR_PICKUP,
        TrackingState.DELIVERED,
    ]


def test_the_test_button(desk: Desk) -> None:
    assert check(desk.config)["status"] == "UP"
    desk.vendors.control("POST", "postnord/keys", {"key": "another-key"})
    with pytest.raises(Misconfigured, match="The API key is not valid"):
        check(desk.config)


def test_the_test_button_knows_a_wrong_customer_number(tenant: Tenant, vendors: Sandbox) -> None:
    properties = {"CustomerNumber": "0", "AgreementCountry": "NO"}
    host = f"{vendors.url}/postnord"
    config = publish_connector(
        tenant, "postnord", is_test=True, host=host, bearer_token=KEY, properties=properties
    )
    with pytest.raises(Misconfigured, match="does not know the customer number 0 in NO"):
        check(config)
