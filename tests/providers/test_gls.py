"""What only GLS does: what it is asked, what its answers hide, and what its words mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.contracts.shipping import ZPL, CannotCancel, Parcel, TrackingState
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from tenants.money import Money
from tests.contract.scenarios.shipping import PARCELS, booking, coming_back, query
from tests.providers.asking import ask
from tests.providers.gls_shapes import created, gls, parcel, recorded, sent

PARCEL = {"product": "PARCEL"}


def test_services_as_shipit_wants_them() -> None:
    named = ("FlexDelivery", "service_saturday1000", "Deposit=By the shed", "AddonLiability")
    asked = booking(
        {**PARCEL, "services": named, "value": Money.of("100.00", "DKK"), "parcels": (*PARCELS, PARCELS[0])}
    )
    body = sent(asked)
    assert body["Service"] == [
        {"Service": {"ServiceName": "service_flexdelivery"}},
        {"Service": {"ServiceName": "service_saturday1000"}},
        {"Deposit": {"ServiceName": "service_deposit", "PlaceOfDeposit": "By the shed"}},
    ]
    amounts = {str(unit["Service"][0]["AddonLiability"]["Amount"]) for unit in body["ShipmentUnit"]}
    assert amounts == {"33.34"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"services": ("Deposit",)}, "Deposit=Carport"),
        ({"services": ("IdentPin",)}, "take it out of its services"),
        ({"services": ("AddonLiability",)}, "needs the value of the goods"),
        ({"product": "5800"}, "enter one of PARCEL, EXPRESS"),
        ({"reference": "r" * 41}, "longer than the 40 characters"),
        ({"parcels": (Parcel(reference="p" * 41, weight=1),)}, "longer than the 40 characters"),
    ],
)
def test_what_cannot_be_booked_is_refused_before_anybody_is_called(changes: Any, text: str) -> None:
    asked = gls("book", booking({**PARCEL, **changes}), created())
    assert type(asked.error) is Rejected
    assert text in asked.error.message
    assert asked.sent == []


def test_a_company_its_department_and_a_long_address() -> None:
    to = replace(
        booking({}).recipient,
        company="Bergen Ull",
        line1="Torget 1",
        line2="c/o Fisk og Vilt i Bergen, 2. etasje",
    )
    consignee = sent(booking({**PARCEL, "recipient": to}))["Consignee"]
    assert consignee["Category"] == "BUSINESS"
    assert [consignee["Address"][name] for name in ("Name1", "Name2", "Name3")] == [
        "Bergen Ull",
        "Kari Nordmann",
        "c/o Fisk og Vilt i Bergen, 2. etasje",
    ]
    assert (consignee["Address"]["Street"], consignee["Address"]["StreetNumber"]) == ("Torget", "1")


def test_delivery_terms_only_where_customs_look() -> None:
    away = replace(booking({}).recipient, country="SE")
    assert "IncotermCode" not in sent(booking(PARCEL), IncotermCode="10")
    assert sent(booking({**PARCEL, "recipient": away}), IncotermCode="10")["IncotermCode"] == "10"
    both = replace(booking({**PARCEL, "recipient": away}), sender=replace(away, country="DK"))
    assert "IncotermCode" not in sent(both, IncotermCode="10")


def test_the_store_is_named_as_sender_where_wanted() -> None:
    out = sent(booking(PARCEL), PrintSender="true")
    back = sent(coming_back(PARCEL), PrintSender="true")
    assert out["Shipper"]["AlternativeShipperAddress"]["City"] == "Oslo"
    assert (back["Consignee"]["Address"]["City"], back["Return"]["Address"]["City"]) == ("Bergen", "Oslo")


def test_spelling_of_the_description() -> None:
    address = sent(booking(PARCEL), AddressFields="Description")["Consignee"]["Address"]
    assert (address["Zipcode"], address["Email"]) == ("5014", "kari@example.com")
    assert not {"ZIPCode", "eMail"} & set(address)


@pytest.mark.parametrize(
    "answer",
    [
        (200, None),
        (200, {}),
        created(ParcelData=[]),
        created(ParcelData=recorded("book")["CreatedShipment"]["ParcelData"][:1]),
        created(ParcelData=[{"TrackID": "", "ParcelNumber": "1"}] * 2),
        (*created(), {"error": "COMMON", "message": "Something went wrong"}),
    ],
    ids=["empty", "nothing", "no parcels", "one of two", "no track id", "booked and refused"],
)
def test_an_answer_that_does_not_tell_of_every_parcel_is_no_success(answer: Any) -> None:
    assert type(gls("book", booking(PARCEL), answer).error) is Unknown


@pytest.mark.parametrize("data", [[], [{"Data": ["bm90IGEgcGRm"], "LabelFormat": "PDF"}], None])
def test_a_booking_whose_label_cannot_be_read_stands_without_it(data: Any) -> None:
    booked = gls("book", booking(PARCEL), created(PrintData=data)).result
    assert (booked.label, booked.consignment) == (None, "ZQ7N41AX")
    reprinted = gls("fetch_label", booking({**PARCEL, "numbers": ("ZQ7N41AX",)}), created(PrintData=data))
    assert type(reprinted.error) is RetryLater


def test_a_label_as_one_text_is_read_too() -> None:
    [document] = recorded("book")["CreatedShipment"]["PrintData"]
    label = gls(
        "book", booking(PARCEL), created(PrintData=[{**document, "Data": document["Data"][0]}])
    ).result.label
    assert label.content.startswith(b"%PDF")


def test_a_pdf_is_no_zpl() -> None:
    wanted = booking({**PARCEL, "numbers": ("ZQ7N41AX",), "label_format": ZPL})
    assert type(gls("fetch_label", wanted, created()).error) is RetryLater


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ((404, None, {"error": "NOT_FOUND", "message": "no such parcel"}), CannotCancel, "no such parcel"),
        ((200, {"TrackID": "ZQ7N41AX", "Result": "ERROR"}), Unknown, "ERROR"),
        ((200, {"TrackID": "ZQ7N41AX"}), Unknown, "cannot be read"),
    ],
)
def test_only_what_gls_says_is_cancelled_is(answer: Any, kind: Any, text: str) -> None:
    asked = gls("cancel", booking({**PARCEL, "consignment": "ZQ7N41AX"}), answer)
    assert type(asked.error) is kind
    assert text in asked.error.message


def test_a_cancellation_whose_answer_was_lost_is_repeated() -> None:
    done = (200, {"TrackID": "ZQ7N41AX", "Result": "CANCELLED"})
    asked = gls("cancel", booking({**PARCEL, "consignment": "ZQ7N41AX"}), done, uncertain=True)
    assert asked.result.consignment == "ZQ7N41AX"


@pytest.mark.parametrize(
    ("items", "kind"),
    [
        ([{"TrackID": "A"}, {"TrackID": "B"}, {"TrackID": "C"}], Unknown),
        ([{"TrackID": "A"}], Unknown),
        ("none", RetryLater),
    ],
)
def test_a_look_up_that_does_not_fit_the_booking_is_for_a_person(items: Any, kind: Any) -> None:
    asked = gls("find", booking(PARCEL), (200, {"UnitItems": items}))
    assert type(asked.error) is kind


def test_cancelled_parcels_are_not_found() -> None:
    items = [{"TrackID": "A", "Status": "CANCELED"}, {"TrackID": "B", "Status": "CANCELLED"}]
    assert gls("find", booking(PARCEL), (200, {"UnitItems": items})).result is None


def test_the_end_of_a_history_tells_nothing_of_how_it_ended() -> None:
    [event] = gls("track", ("A",), (200, {"parcels": [parcel("FINAL", events=None)]})).result
    assert (event.state, event.raw_state) == (TrackingState.UNKNOWN, "FINAL")


def test_one_parcel_that_fails_keeps_no_other_waiting() -> None:
    broken = {"requested": "B", "errorCode": "E_500_01", "errorMessage": "Internal"}
    events = gls("track", ("A", "B"), (200, {"parcels": [broken, parcel("DELIVERED")]})).result
    assert [(event.number, event.state) for event in events] == [("A", TrackingState.DELIVERED)]
    assert type(gls("track", ("B",), (200, {"parcels": [broken]})).error) is RetryLater
    wrong = {**broken, "errorCode": "E_400_01"}
    assert type(gls("track", ("B",), (200, {"parcels": [wrong]})).error) is Rejected
    assert gls("track", ("B",), (404, {"title": "Not Found", "status": 404})).result == []


def test_more_than_ten_parcels_take_two_calls() -> None:
    numbers = tuple(f"T{n}" for n in range(12))
    asked = gls("track", numbers, (200, {"parcels": []}))
    assert [path.count(",") for _, path in asked.sent[1:]] == [9, 1]


def test_pickup_points_nearest_first_with_hours_in_the_language_asked_for() -> None:
    near, far = gls("pickup_points", query({}), (200, recorded("pickup points"))).result
    assert (near.id, near.address.line1, far.name) == ("2080064711", "Torget 3", "Pakkeboks Bryggen")
    assert near.opening_hours == "man 08:00-12:00 12:30-20:00, lør 09:00-14:00"
    assert gls("pickup_points", query({"limit": 1}), (200, recorded("pickup points"))).result == [near]
    nothing = (404, None, {"error": "NOT_FOUND", "message": "None near"})
    assert gls("pickup_points", query({}), nothing).result == []
    assert type(gls("pickup_points", query({}), (404, None)).error) is Rejected


def test_a_refused_login_names_the_credentials() -> None:
    refused = (401, {"errors": [{"message": "Invalid client identifier", "type": "401"}]})
    error = ask("gls", "track", ("A",), refused).error
    assert type(error) is Misconfigured
    assert "check the credentials" in error.message
