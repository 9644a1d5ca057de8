"""PostNord: units, parties, and answers of status 200 that are no bookings."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contracts.shipping import (
    CannotCancel,
    DeliveryChoice,
    DeliveryType,
    Parcel,
    PickupPoint,
    TrackingState,
)
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.postnord import PostNord
from connectors.providers.postnord.words import hours
from tests.contract.bench import connector
from tests.contract.fixtures import fixture
from tests.contract.scenarios.base import ADDRESS
from tests.contract.scenarios.shipping import BERGEN, booking, query
from tests.providers.asking import Asked, ask

POINT = PickupPoint(id="7", name="Kiosk", address=BERGEN)


def postnord(operation: str, request: Any, *answers: Any, **options: Any) -> Asked:
    return ask("postnord", operation, request, *answers, **options)


def recorded(name: str, exchange: int = 0) -> Any:
    return fixture("postnord")["scenarios"][name]["exchanges"][exchange]["answer"]["body"]


def confirmed(*infos: Any, **changes: Any) -> tuple[int, Any]:
    body = recorded("book")
    told = {**body["bookingResponse"], "idInformation": list(infos)} if infos else body["bookingResponse"]
    return 200, {**body, "bookingResponse": told, **changes}


def settings(**properties: Any) -> Any:
    given = {**fixture("postnord")["connector"]["properties"], **properties}
    columns = {"bearer_token": "k" * 32, "is_test": True}
    return {"values": PostNord.settings.compile(columns, given), "properties": given}


WELL = recorded("book")["bookingResponse"]["idInformation"][0]
FAILED = recorded("book refused with status 200")["bookingResponse"]["idInformation"][0]


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


def scan(status: str | None, **changes: Any) -> dict[str, Any]:
    event = recorded("track")["TrackingInformationResponse"]["shipments"][0]["items"][0]["events"][1]
    return {**event, "status": status, **changes}


def tracked(*events: Any, service: str = "19", **item: Any) -> list[Any]:
    shipment = recorded("booking found")["TrackingInformationResponse"]["shipments"][0]
    told = {
        **shipment,
        "service": {"code": service},
        "items": [{"itemId": "1", "events": list(events), **item}],
    }
    answer = (200, {"TrackingInformationResponse": {"shipments": [told]}})
    return list(postnord("track", ("1",), answer).result)


@pytest.mark.parametrize(
    ("service", "place", "state"),
    [
        ("19", "SERVICE_POINT", TrackingState.READY_FOR_PICKUP),
        ("19", "HUB", TrackingState.READY_FOR_PICKUP),
        ("17", "HUB", TrackingState.OUT_FOR_DELIVERY),
        ("17", "SERVICE_POINT", TrackingState.READY_FOR_PICKUP),
    ],
)
def test_what_is_available_is_on_its_way_to_the_door_or_waits(
    service: str, place: str, state: TrackingState
) -> None:
    event = scan("AVAILABLE_FOR_DELIVERY", location={"locationType": place})
    assert [found.state for found in tracked(event, service=service)] == [state]


def test_an_item_may_know_more_than_its_scans() -> None:
    quiet = scan(None, eventCode="77", eventTime="2026-11-23T07:12:40")
    first, last = tracked(quiet, status="DELIVERED", deliveryDate="2026-11-24T16:40:05+01:00")
    assert (first.raw_state, first.state) == ("77", TrackingState.UNKNOWN)
    assert first.occurred_at.astimezone(UTC) == datetime(2026, 11, 23, 6, 12, 40, tzinfo=UTC)
    assert (last.state, last.occurred_at.hour) == (TrackingState.DELIVERED, 16)
    assert tracked(status="OTHER") == []
    assert [event.state for event in tracked(scan("EN_ROUTE"), status="EN_ROUTE")] == [
        TrackingState.IN_TRANSIT
    ]


def test_faults_of_tracking_are_not_taken_for_nothing() -> None:
    faults = {"compositeFault": {"faults": [{"faultCode": "X", "explanationText": "Busy"}]}, "shipments": []}
    for operation, request in (("track", ("1",)), ("find", booking({}))):
        asked = postnord(operation, request, (200, {"TrackingInformationResponse": faults}))
        assert (type(asked.error), asked.error.message) == (RetryLater, "PostNord answered: Busy (X)")


def found_as(*shipments: Any) -> Asked:
    return postnord(
        "find", booking({}), (200, {"TrackingInformationResponse": {"shipments": list(shipments)}})
    )


def test_only_what_is_surely_ours_is_found() -> None:
    own = recorded("booking found")["TrackingInformationResponse"]["shipments"][0]
    nowhere = {**own, "consignee": None}
    elsewhere = {**own, "consignee": {"address": {"postCode": "99 999"}}}
    nameless = {**own, "shipmentReferences": []}
    assert found_as(nowhere).result.consignment == own["shipmentId"]
    assert found_as(nameless).result.consignment == own["shipmentId"]
    for unclear in ([elsewhere], [{**nowhere, "shipmentReferences": []}], [own, own]):
        assert type(found_as(*unclear).error) is Unknown


def test_a_lost_test_booking_may_be_made_again_at_once() -> None:
    lost: tuple[int, Any] = (200, {"TrackingInformationResponse": {"shipments": []}})
    again = postnord("book", booking({}), lost, confirmed(), uncertain=True)
    assert [method for method, _ in again.sent] == ["GET", "POST"]
    assert again.result.consignment


def test_dates_of_some_products_are_better_than_none() -> None:
    arrives, refusal = (200, recorded("options")), (400, {"message": "Wrong"})
    some = postnord("options", query({"products": ("19", "17")}), refusal, arrives)
    assert [option.product for option in some.result] == ["17"]
    none = postnord("options", query({"products": ("19", "17")}), refusal)
    assert (type(none.error), none.error.message) == (Rejected, "PostNord answered: Wrong")
    assert type(postnord("options", query({}), arrives).error) is Misconfigured


def test_delivery_options_in_one_question() -> None:
    way = {"bookingInstructions": {"serviceCode": "17", "deliveryOptionId": "o-1"}}
    day = {
        "deliveryTime": {
            "date": {"earliest": "2026-11-24T08:00:00+01:00", "latest": "2026-11-25T12:00:00+01:00"}
        }
    }
    texts = {"descriptiveTexts": {"checkout": {"title": "Hjem til deg", "briefDescription": "På kvelden"}}}
    place = {"name": "Boks", "address": {"postCode": "5014"}, "distanceFromRecipientAddress": 413}
    place["openingHours"] = {"regular": {"monday": {"timeRanges": [{"from": "00:00", "to": "23:59"}]}}}
    codes = {"serviceCode": "19", "additionalServiceCodes": ["A7"], "servicePointId": "7"}
    answered = [
        {"type": "home", "defaultOption": {**way, **day, **texts}},
        {"type": "parcel-locker", "additionalOptions": [{"bookingInstructions": codes, "location": place}]},
        {"type": "pallet", "defaultOption": {"bookingInstructions": {"serviceCode": "52"}}},
        {"type": "mailbox"},
    ]
    answer = (200, {"warehouseToDeliveryOptions": [{"deliveryOptions": answered}]})
    asked = postnord("options", query({"products": ("17", "19")}), answer, **settings(CustomerKey="nord"))
    home, locker = asked.result
    assert (home.name, str(home.delivery), home.offer, home.type) == (
        "Hjem til deg",
        "2026-11-25",
        "o-1",
        DeliveryType.HOME,
    )
    assert (locker.services, locker.name, locker.type) == (("A7",), "19", DeliveryType.LOCKER)
    [point] = locker.pickup_points
    assert (point.id, point.distance, point.opening_hours) == ("7", 413, "Man 00:00-23:59")
    assert asked.bodies[0]["customer"] == {"customerKey": "nord"}


def test_service_points_of_some_types() -> None:
    answer = (200, recorded("pickup points"))
    asked = postnord(
        "pickup_points", query({"language": "sv"}), answer, **settings(ServicePointTypes="24, 25")
    )
    point, box = asked.result
    assert "typeId=24%2C25" in asked.sent[0][1]
    assert (point.opening_hours, point.distance) == ("Mån-Tis 08:00-21:00, Lör 09:00-18:00", 420)
    assert (point.type, box.type) == (DeliveryType.PICKUP_POINT, DeliveryType.LOCKER)
    assert (box.opening_hours, box.distance, box.latitude) == ("", None, None)
    wrapped = {"servicePointInformationResponse": recorded("book refused", 1)}
    error = postnord("pickup_points", query({}), (400, wrapped)).error
    assert error.message.startswith("PostNord answered: The service does not reach the recipient")


def test_opening_hours_in_the_shopper_s_language() -> None:
    rows = [("MONDAY", "08:00:00", "20:00"), ("TUESDAY", "08:00", "20:00"), ("SUNDAY", "12:00", "15:00")]
    rows += [("HOLIDAY", "10:00", "12:00"), ("SATURDAY", "", "")]
    told = {tag: hours(rows, tag) for tag in ("en-GB", "nb-NO", "fi", "de", "")}
    assert told["nb-NO"] == "Man-Tir 08:00-20:00, Søn 12:00-15:00"
    assert told["fi"] == "Ma-Ti 08:00-20:00, Su 12:00-15:00"
    assert told["en-GB"] == told["de"] == told[""] == "Mon-Tue 08:00-20:00, Sun 12:00-15:00"


def test_settings_that_are_there_to_choose() -> None:
    made = connector("postnord", host="https://api2.postnord.com").values
    assert (made.paper_size, made.country, made.application_id) == ("LABEL", "SE", 4711)
