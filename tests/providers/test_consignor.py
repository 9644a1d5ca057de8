"""What only nShift Ship does: it says no with status 200, and in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.contracts.shipping import Booked, TrackingState
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from tests.contract.fixtures import fixture
from tests.contract.scenarios.shipping import booking, query
from tests.providers.asking import Asked, ask

BOOKING = {"product": "1032"}
NAMED = {"label_url": "88120034", "consignment": "40170730254418"}


def consignor(operation: str, request: Any, *told: Any) -> Asked:
    return ask("consignor", operation, request, *told)


def shipment(**changes: Any) -> dict[str, Any]:
    [found, *_] = fixture("consignor")["scenarios"]["booking found"]["exchanges"][0]["answer"]["body"][
        "Shipments"
    ][1:]
    return {**found, **changes}


@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        (["Postcode is missing"], Rejected),
        ("Product 7 is not available", Rejected),
        ([{"Message": "Weight is too low"}], Rejected),
        (["Invalid actor or key"], Misconfigured),
        (["Access denied"], Misconfigured),
        (["Internal server error"], Unknown),
        (["Timeout while waiting for the carrier"], Unknown),
    ],
)
def test_errors_in_an_answer_of_status_200(messages: Any, kind: type[Exception]) -> None:
    asked = consignor("book", booking(BOOKING), (200, {"ErrorMessages": messages}))
    assert type(asked.error) is kind
    assert asked.error.message.startswith("nShift Ship answered: ")
    assert len(asked.sent) == 1


def test_trouble_while_reading_is_tried_again() -> None:
    asked = consignor(
        "track", ("r",), (200, {"ErrorMessages": ["Try again later"]}), (200, {"Shipments": []})
    )
    assert asked.result == []


def test_an_error_beside_a_shipment_leaves_the_booking_open() -> None:
    told = shipment(ErrorMessages=["The label could not be made"])
    assert type(consignor("book", booking(BOOKING), (200, told)).error) is Unknown


@pytest.mark.parametrize("labels", [None, [], [{"Content": "%%%"}], [{"Content": "SGVq"}]])
def test_a_booking_stands_without_a_label_and_a_label_has_to_be_one(labels: Any) -> None:
    told = shipment(Labels=labels)
    asked = consignor("book", booking(BOOKING), (200, told), (200, {"TrackingURL": "javascript:1"}))
    assert (asked.result.label, asked.result.tracking_url) == (None, "")
    again = consignor("fetch_label", booking(NAMED), (200, {"Labels": labels}))
    assert isinstance(again.error, RetryLater)


def test_words_that_have_to_be_numbers() -> None:
    for request, name in (
        (booking({"product": "P19"}), "Product"),
        (booking({**BOOKING, "services": ("NOT",)}), "Service"),
    ):
        asked = consignor("book", request, (200, {}))
        assert isinstance(asked.error, Misconfigured)
        assert name in asked.error.message
        assert asked.sent == []
    assert "ProdConceptID" in consignor("pickup_points", query({}), (200, {})).error.message


def test_the_key_goes_in_the_form_and_is_not_kept() -> None:
    asked = consignor("find", booking({}), (200, {"Shipments": []}))
    [body] = asked.bodies
    assert body["key"] == fixture("consignor")["connector"]["columns"]["bearer_token"]
    assert json.loads(body["data"]) == {"OrderNo": "100234-1"}
    assert body["key"] not in repr(asked.events)


def test_several_shipments_under_one_reference_are_for_a_person() -> None:
    told = {"Shipments": [shipment(), shipment(ShpCSID=5)]}
    assert isinstance(consignor("find", booking({}), (200, told)).error, Unknown)
    deleted = shipment(ShpCSID=5, CSEvents=[{"Kind": 11, "Date": "2026-11-23T09:00:00"}])
    told = {"Shipments": [shipment(), deleted]}
    assert isinstance(consignor("find", booking({}), (200, told)).result, Booked)


def test_deleting_what_is_gone_is_a_success() -> None:
    missing = (200, {"ErrorMessages": ["Shipment not found"]})
    assert consignor("cancel", booking(NAMED), missing, missing).result.consignment == NAMED["consignment"]


@pytest.mark.parametrize("path", ["/ship", "/ship/", "/ship/ShipmentServerModule.dll"])
def test_the_host_with_and_without_the_module(path: str) -> None:
    asked = ask("consignor", "find", booking({}), (200, {"Shipments": []}), path=path)
    assert asked.sent == [("POST", "/ship/ShipmentServerModule.dll")]


def test_a_single_shipment_is_read_as_a_list_of_one() -> None:
    asked = consignor(
        "track", ("100234-1",), (200, shipment(CSEvents=[{"Kind": 22, "Date": "2026-11-24T13:00:00"}]))
    )
    [event] = asked.result
    assert (event.state, event.raw_state) == (TrackingState.DELIVERED, "Delivered")
    assert (event.parcel, event.number) == ("", "100234-1")
