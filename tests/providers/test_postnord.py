"""PostNord: units, parties, labels, and answers of status 200 that are no bookings."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from connectors.contracts.shipping import CannotCancel, DeliveryChoice, Parcel, PickupPoint
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from tests.contract.bench import connector
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import ADDRESS
from tests.contract.scenarios.shipping import BERGEN, booking
from tests.providers.postnord_shapes import FAILED, WELL, confirmed, postnord, recorded, settings

POINT = PickupPoint(id="7", name="Kiosk", address=BERGEN)


def sent(request: Any, *answers: Any, **options: Any) -> Any:
    asked = postnord("book", request, *(answers or [confirmed()]), **options)
    assert asked.result
    return asked.bodies[-1]["shipment"][0]


def test_the_key_is_in_every_address_and_in_no_event() -> None:
    asked = postnord(
        "book", booking({"pickup_point": "1188204"}), (200, recorded("book refused")), confirmed()
    )
    secret = fixture("postnord")["connector"]["columns"]["bearer_token"]
    assert len(asked.sent) == 2
    assert all(f"apikey={secret}" in path for _, path in asked.sent)
    assert secret not in str(asked.events)
    assert "apikey=" in str(asked.events)


def test_a_test_booking_says_so_wherever_it_goes() -> None:
    for is_test in (True, False):
        asked = postnord("book", booking({}), confirmed(), is_test=is_test)
        assert asked.bodies[0]["testIndicator"] is is_test


def test_what_was_not_measured_is_not_told() -> None:
    shipment = sent(booking({"parcels": (Parcel(reference="1", weight=0, length=305),)}))
    [item] = shipment["goodsItem"][0]["items"]
    assert "totalGrossWeight" not in shipment
    assert "grossWeight" not in item
    assert item["dimensions"] == {"length": {"value": 30.5, "unit": "CMT"}}


def test_names_and_addresses_are_made_to_fit() -> None:
    to = replace(
        ADDRESS, company="Nord Store AS " * 6, line1="Professor Olav Hanssens vei 7 A, " * 2, email="k" * 71
    )
    party = sent(booking({"recipient": to}))["parties"]["consignee"]["party"]
    assert len(party["nameIdentification"]["companyName"]) == 60
    assert len(party["address"]["streets"]) == 2
    assert "emailAddress" not in party["contact"]
    options = settings(CustomerName="Nord Store Nettbutikk")
    named = sent(booking({}), **options)["parties"]["consignor"]["party"]["nameIdentification"]
    assert named == {"name": "Nord Store Nettbutikk"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"recipient": replace(BERGEN, postal_code="")}, "recipient's address has no postal code"),
        ({"recipient": replace(BERGEN, line1="Lang vei " * 20)}, "shorten it to 2 lines of 50"),
        ({"reference": "r" * 36}, "longer than the 35 characters"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_sent(changes: dict[str, Any], text: str) -> None:
    asked = postnord("book", booking(changes), confirmed())
    assert isinstance(asked.error, Rejected)
    assert text in asked.error.message
    assert asked.sent == []


def test_a_point_of_the_shopper_s_choice_is_not_looked_up() -> None:
    choice = DeliveryChoice(session="s", pickup_point=POINT)
    party = sent(booking({"pickup_point": "7", "choice": choice}))["parties"]["deliveryParty"]
    assert party["partyIdentification"] == {"partyId": "7", "partyIdType": "156"}


def test_a_point_that_postnord_does_not_have_keeps_the_booking_from_being_sent() -> None:
    asked = postnord(
        "book",
        booking({"pickup_point": "9"}),
        (200, {"servicePointInformationResponse": {"servicePoints": []}}),
    )
    assert isinstance(asked.error, Rejected)
    assert asked.error.message == "PostNord has no service point 9 in NO: choose another"
    assert [method for method, _ in asked.sent] == ["GET"]


@pytest.mark.parametrize(
    ("infos", "kind"),
    [
        ([FAILED], Rejected),
        ([FAILED, FAILED], Rejected),
        ([WELL, FAILED], Unknown),
        ([{**WELL, "status": "MAYBE"}], Unknown),
        ([{**WELL, "ids": []}], Unknown),
        ([{"ids": WELL["ids"]}], Unknown),
    ],
    ids=["fail", "all fail", "some fail", "another word", "no numbers", "no status"],
)
def test_only_ok_is_a_booking(infos: list[Any], kind: type[Exception]) -> None:
    assert type(postnord("book", booking({}), confirmed(*infos)).error) is kind


def test_a_response_without_shipments_tells_its_own_fault() -> None:
    trouble = {"message": "Sorry", "compositeFault": {"faults": [{"explanationText": "Out of numbers"}]}}
    answer = (200, {"bookingResponse": {"bookingId": "1", "idInformation": [], "handlingResponse": trouble}})
    asked = postnord("book", booking({}), answer)
    assert (type(asked.error), asked.error.message) == (Unknown, "PostNord answered: Out of numbers")


@pytest.mark.parametrize(
    "printouts",
    [
        [],
        None,
        [{"printout": {"uriResource": "https://later.example"}}],
        [{"printout": {"data": "%%%"}}],
        [{"printout": {"data": base64.b64encode(b"<html>").decode()}}],
        [{"itemIds": [{"status": "FAIL"}], "printout": {"data": "JVBERg=="}}],
    ],
)
def test_a_booking_stands_without_its_label(printouts: Any) -> None:
    booked = postnord("book", booking({}), confirmed(labelPrintout=printouts)).result
    assert (len(booked.parcels), booked.label) == (2, None)


def test_a_booking_has_its_label_with_it_in_the_format_asked_for() -> None:
    assert postnord("book", booking({}), confirmed()).result.label.content.startswith(b"%PDF")
    zpl = [{"printout": {"encoding": "plain", "data": "^XA^XZ"}}] * 2
    asked = postnord("book", booking({"label_format": "application/zpl"}), confirmed(labelPrintout=zpl))
    assert asked.sent[0][1].startswith("/rest/shipment/v3/edi/labels/zpl?dpmm=8dpmm")
    assert asked.result.label.content == b"^XA^XZ\n^XA^XZ"


def test_an_item_without_label_is_told_as_postnord_tells_it() -> None:
    trouble = {"message": "No such item"}
    answer = (
        200,
        [{"itemIds": [{"itemIds": "1", "status": "FAIL", "errorResponse": trouble}], "printout": {}}],
    )
    asked = postnord("fetch_label", booking({"numbers": ("1",)}), answer)
    assert (type(asked.error), asked.error.message) == (Rejected, "PostNord answered: No such item")
    assert type(postnord("fetch_label", booking({}), answer).error) is Rejected


@pytest.mark.parametrize("country", ["DK", "NO", "FI"])
def test_outside_sweden_nothing_is_taken_back(country: str) -> None:
    given = booking({"numbers": ("1", "2")})
    asked = postnord("cancel", given, confirmed(), **settings(AgreementCountry=country))
    assert isinstance(asked.error, CannotCancel)
    assert "throw the label away" in asked.error.message
    assert asked.sent == []


def test_a_return_and_an_unnumbered_booking_are_not_taken_back() -> None:
    for given in ({"numbers": ("1", "2"), "is_return": True}, {"numbers": ("1",)}):
        asked = postnord("cancel", booking(given), confirmed())
        assert isinstance(asked.error, CannotCancel)
        assert asked.sent == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Misconfigured),
        (403, Misconfigured),
        (429, RetryLater),
        (499, Unknown),
        (504, Unknown),
    ],
)
def test_statuses_of_a_booking(status: int, kind: type[Exception]) -> None:
    body = {"message": "Something", "compositeFault": {"faults": []}}
    error = postnord("book", booking({}), (status, body)).error
    assert (type(error), error.message) == (kind, "PostNord answered: Something")


def test_settings_that_are_there_to_choose() -> None:
    made = connector("postnord", host="https://api2.postnord.com").values
    assert (made.paper_size, made.country, made.application_id) == ("LABEL", "SE", 4711)
