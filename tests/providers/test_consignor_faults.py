"""nShift Ship over real sockets: whatever becomes of an answer, a shipment is booked once."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.calls import Ending
from connectors.contracts.shipping import ZPL, CannotCancel, TrackingState
from connectors.errors import Misconfigured, Rejected
from connectors.sandbox import Sandbox
from connectors.trial import check
from tenants.scoping import tenant_scope
from tests.contract.scenarios.shipping import booking, coming_back, query
from tests.factories.tenants import TenantFactory
from tests.providers.carrier_desk import AFTER, BEFORE, Desk, let_an_hour_pass
from tests.shop import running_vendors, vendors

__all__ = ["running_vendors", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

#: Failures that Shipment Server tells with status 200, after the booking was made and without one.
TROUBLE = {"text": '{"ErrorMessages": ["Internal server error"]}'}


@pytest.fixture
def desk(db: None, vendors: Sandbox) -> Iterator[Desk]:
    host = f"{vendors.url}/consignor/ship/ShipmentServerModule.dll"
    tenant = TenantFactory()
    with tenant_scope(tenant):
        columns = {"merchant_id": "63", "bearer_token": "sample-key-1", "host": host}
        yield Desk("consignor", tenant, vendors, "1032", columns)


def fault(desk: Desk, command: str, **rule: Any) -> None:
    desk.vendors.faults(vendor="consignor", body=f"command={command}", **rule)


@pytest.mark.parametrize("rule", [*BEFORE, *AFTER, TROUBLE], ids=lambda rule: "-".join(rule))
def test_a_lost_answer_ends_in_one_booking(desk: Desk, rule: dict[str, Any]) -> None:
    fault(desk, "SubmitShipment", **rule)
    assert desk.book().ending is Ending.UNKNOWN
    if rule in BEFORE:
        assert desk.book().ending is Ending.UNKNOWN
        let_an_hour_pass()
    desk.assert_booked_once(desk.book())


def test_a_refusal_with_status_200_is_a_refusal(desk: Desk) -> None:
    outcome = desk.book(product="7")
    assert (outcome.ending, type(outcome.error)) == (Ending.FAILED, Rejected)
    assert outcome.message == "nShift Ship answered: Product 7 is not available"
    assert desk.vendors.ledger() == []


def test_an_error_that_comes_with_a_shipment_may_have_booked_it(desk: Desk) -> None:
    text = '{"ShpCSID": 5, "Lines": [{}], "ErrorMessages": ["The label could not be made"]}'
    fault(desk, "SubmitShipment", text=text)
    assert desk.book().ending is Ending.UNKNOWN
    desk.assert_booked_once(desk.book())


def test_a_booking_stands_without_its_label_and_its_tracking_page(desk: Desk) -> None:
    fault(desk, "GetTrackingURL", status=503, times=None)
    booked = desk.book().result
    assert booked.tracking_url == ""
    again = desk.ask("fetch_label", booking({"label_url": booked.label_url}))
    assert again.content == booked.label.content


def test_cancelled_once_and_only_before_it_is_transmitted(desk: Desk) -> None:
    first = desk.book().result
    named = booking({"label_url": first.label_url, "consignment": first.consignment})
    fault(desk, "DeleteShipment", drop_after=True)
    assert desk.write("cancel", named).ending is Ending.UNKNOWN
    assert desk.write("cancel", named).ending is Ending.SUCCEEDED
    assert desk.ask("cancel", named).consignment == first.consignment
    assert desk.ask("find", booking({})) is None

    second = desk.ask("book", booking({"product": "1032", "reference": "100234-3"}))
    desk.control("advance", {"number": "100234-3"})
    outcome = desk.try_to("cancel", booking({"label_url": second.label_url, "reference": "100234-3"}))
    assert isinstance(outcome.error, CannotCancel)
    assert "has been transmitted" in outcome.message


def test_from_the_drop_point_to_delivered_and_back(desk: Desk) -> None:
    [point, *_] = desk.ask("pickup_points", query({"products": ("1032",)}))
    booked = desk.book(pickup_point=point.id).result
    assert len(PdfReader(BytesIO(booked.label.content)).pages) == 2
    desk.control("advance", {"number": "100234-1", "steps": 3})
    assert [event.state for event in desk.ask("track", ("100234-1",))] == [
        TrackingState.PRE_TRANSIT,
        TrackingState.PRE_TRANSIT,
        TrackingState.PRE_TRANSIT,
        TrackingState.IN_TRANSIT,
        TrackingState.DELIVERED,
    ]
    back = desk.ask("book", coming_back({"product": "1199", "label_format": ZPL}))
    assert back.label.content.count(b"^XA") == 2
    assert desk.ask("track", ("nobody-1",)) == []


def test_the_test_button(desk: Desk) -> None:
    assert check(desk.config)["Carriers"]
    desk.control("keys", {"actor": "63", "key": "another"})
    with pytest.raises(Misconfigured, match="Invalid actor or key"):
        check(desk.config)
    outcome = desk.book()
    assert (outcome.ending, type(outcome.error)) == (Ending.FAILED, Misconfigured)
