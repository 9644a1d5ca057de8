"""Bring: units, addresses, references, and answers of status 200 that are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.calls import Ending
from connectors.contracts.shipping import Parcel
from connectors.errors import Misconfigured, NotSupported, ProviderError, Rejected, Unknown
from connectors.providers.bring import Bring
from connectors.providers.bring.bodies import booking_body, guide_body, street_of
from connectors.providers.bring.words import hours_field
from tests.contract.scenarios.base import ADDRESS
from tests.contract.scenarios.shipping import booking, query
from tests.providers.bring_shapes import bring, confirmed, recorded

SIZES = st.integers(min_value=1, max_value=5000)


@given(weight=st.integers(min_value=1, max_value=35_000), length=SIZES, width=SIZES, height=SIZES)
def test_both_apis_are_told_of_the_same_parcel(weight: int, length: int, width: int, height: int) -> None:
    parcel = Parcel(reference="1", weight=weight, length=length, width=width, height=height)
    [offered] = guide_body(query({"parcels": (parcel,)}), "5")["consignments"][0]["packages"]
    [booked] = booking_body(booking({"parcels": (parcel,)}), "5", True, 0)["consignments"][0]["packages"]
    assert offered["grossWeight"] == booked["weightInKg"] * 1000 == weight
    sizes = [booked["dimensions"][f"{name}InCm"] for name in ("length", "width", "height")]
    assert [offered[name] for name in ("length", "width", "height")] == sizes


def test_what_was_not_measured_is_not_told() -> None:
    parcel = Parcel(reference="1", weight=500)
    [offered] = guide_body(query({"parcels": (parcel,)}), "5")["consignments"][0]["packages"]
    [booked] = booking_body(booking({"parcels": (parcel,)}), "5", True, 0)["consignments"][0]["packages"]
    assert offered == {"id": "1", "grossWeight": 500}
    assert booked == {"correlationId": "1", "weightInKg": Decimal("0.5")}


@pytest.mark.parametrize("is_test", [True, False])
def test_the_test_switch(is_test: bool) -> None:
    asked = bring("book", booking({}), confirmed(), is_test=is_test)
    assert asked.bodies[0]["testIndicator"] is is_test


def test_the_goods_are_ready_now() -> None:
    before = datetime.now(UTC).timestamp()
    told = bring("book", booking({}), confirmed()).bodies[0]["consignments"][0]["shippingDateTime"]
    assert before - 1 < told / 1000 <= datetime.now(UTC).timestamp() + 1


def party(**address: Any) -> dict[str, Any]:
    body = booking_body(booking({"recipient": replace(ADDRESS, **address)}), "5", True, 0)
    return body["consignments"][0]["parties"]["recipient"]


def test_addresses_are_made_to_fit() -> None:
    long = "Professor Olav Hanssens vei 7 A, oppgang C"
    told = party(company="Nord Store AS " * 5, line1=long)
    assert (told["addressLine"], told["addressLine2"]) == ("Professor Olav Hanssens vei 7 A,", "oppgang C")
    assert (len(told["name"]), told["contact"]["name"]) == (35, "Kari Nordmann")
    assert party(line2="c/o Hansen")["addressLine2"] == "c/o Hansen"
    assert "addressLine2" not in party()
    assert party(email="", phone="")["contact"] == {"name": "Kari Nordmann"}


def test_an_address_is_not_cut() -> None:
    asked = bring(
        "book", booking({"recipient": replace(ADDRESS, line1="Storgata 1 " * 4, line2="oppgang C")})
    )
    assert isinstance(asked.error, Rejected)
    assert "recipient's address is too long" in asked.error.message
    assert "2 lines of 35" in asked.error.message
    assert asked.sent == []


def test_a_reference_is_not_cut() -> None:
    asked = bring("book", booking({"reference": "r" * 36}))
    assert isinstance(asked.error, Rejected)
    assert asked.sent == []


@pytest.mark.parametrize(
    ("line", "street"),
    [
        ("Storgata 12", {"street": "Storgata", "streetNumber": "12"}),
        ("Olav Vs gate 5 B", {"street": "Olav Vs gate", "streetNumber": "5B"}),
        ("7. juni-plassen", {"street": "7. juni-plassen"}),
        (" ", {}),
    ],
)
def test_streets(line: str, street: dict[str, str]) -> None:
    assert street_of(line) == street


def test_pickup_points_as_they_are_shown() -> None:
    shop, locker = bring("pickup_points", query({}), (200, recorded("pickup points"))).result
    assert (shop.address.line1, shop.address.postal_code, shop.distance) == ("Torget 3", "5014", 400)
    assert shop.opening_hours.startswith("Man")
    assert (locker.address.line1, locker.latitude, locker.distance) == ("Bryggen 7", None, None)
    assert hours_field("fi-FI") == "openingHoursFinnish"
    assert hours_field("de") == "openingHoursEnglish"


def test_no_pickup_points_abroad() -> None:
    asked = bring("pickup_points", query({"recipient": replace(ADDRESS, country="DE")}))
    assert asked.result == []
    assert asked.sent == []


def test_a_postal_code_cannot_lead_elsewhere() -> None:
    recipient = replace(ADDRESS, postal_code="50/1 4?x=", country="no")
    asked = bring("pickup_points", query({"recipient": recipient}), (200, {"pickupPoint": []}))
    assert asked.sent[0][1].startswith("/pickuppoint/api/pickuppoint/NO/postalCode/50%2F14%3Fx%3D.json?")


def test_options_without_products_are_a_matter_of_configuration() -> None:
    asked = bring("options", query({}))
    assert isinstance(asked.error, Misconfigured)
    assert asked.sent == []


def test_the_merchants_own_price_goes_before_the_list_price() -> None:
    near, home = bring("options", query({"products": ("5800", "5600")}), (200, recorded("options"))).result
    assert (str(near.price), str(home.price)) == ("149.00 NOK", "299.00 NOK")
    assert (near.name, near.working_days, f"{near.delivery}") == ("Til hentestedet ditt", 2, "2026-11-24")


def test_an_option_without_price_and_date_is_one() -> None:
    product = {"id": "5000", "price": None, "expectedDelivery": None, "guiInformation": None}
    [option] = bring(
        "options", query({"products": ("5000",)}), (200, {"consignments": [{"products": [product]}]})
    ).result
    assert (option.name, option.price, option.delivery, option.working_days) == ("5000", None, None, None)


@pytest.mark.parametrize("parts", [[], [{"products": []}], [{"products": None}], [{}]])
def test_nothing_is_available(parts: Any) -> None:
    assert bring("options", query({"products": ("5800",)}), (200, {"consignments": parts})).result == []


def test_a_price_request_that_is_wrong() -> None:
    asked = bring(
        "options",
        query({"products": ("5800",)}),
        (400, {"fieldErrors": [{"field": "toPostalCode", "message": "missing"}]}),
    )
    assert isinstance(asked.error, Rejected)
    assert asked.error.message == "Bring answered: missing"


def failed(code: str) -> dict[str, Any]:
    error = {"code": code, "messages": [{"lang": "en", "message": "It did not work"}]}
    return {"consignments": [{"confirmation": None, "errors": [error]}]}


@pytest.mark.parametrize("status", [200, 201, 400])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("BOOK-INPUT-999", Rejected),
        ("BOOK_VALIDATION-002", Rejected),
        ("BOOK-INPUT-021", Misconfigured),
        ("BOOK-INTERNAL-002", Unknown),
        ("CUSTOMER_SPECIFIED_DELIVERY_DATE-INPUT-001", Rejected),
    ],
)
def test_refused_bookings(status: int, code: str, kind: type[ProviderError]) -> None:
    asked = bring("book", booking({}), (status, failed(code)))
    assert type(asked.error) is kind
    assert (asked.error.code, len(asked.sent)) == (code, 1)
    assert asked.error.message == f"Bring answered: It did not work ({code})"


def test_what_is_both_booked_and_refused_is_not_known() -> None:
    asked = bring("book", booking({}), confirmed(errors=[{"code": "BOOK-INPUT-001"}]))
    assert asked.outcome.ending is Ending.UNKNOWN


@pytest.mark.parametrize(
    "changes", [{"confirmation": None}, {"confirmation": {}}, {"confirmation": {"consignmentNumber": ""}}]
)
def test_a_confirmation_without_number_is_none(changes: Any) -> None:
    asked = bring("book", booking({}), confirmed(**changes))
    assert asked.outcome.ending is Ending.UNKNOWN
    assert "cannot be read" in asked.error.message


def test_numbers_go_by_place_where_references_are_not_echoed() -> None:
    confirmation = {
        **confirmed()[1]["consignments"][0]["confirmation"],
        "packages": [{"packageNumber": "2"}, {"packageNumber": "1"}],
    }
    booked = bring("book", booking({}), confirmed(confirmation=confirmation)).result
    assert [(parcel.reference, parcel.number) for parcel in booked.parcels] == [("1", "2"), ("2", "1")]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_refused_credentials_in_plain_text(status: int) -> None:
    asked = bring("options", query({"products": ("5800",)}), (status, b"Authentication failed. Check it."))
    assert isinstance(asked.error, Misconfigured)
    assert asked.error.message == "Bring answered: Authentication failed. Check it."


def test_there_is_no_cancelling() -> None:
    assert "cancel" not in Bring.operations()
    assert isinstance(bring("cancel", booking({})).error, NotSupported)


def test_only_our_origin_is_told() -> None:
    address = "https://hub.nordstore.example/webhooks/tok_Secret123/"
    [request] = bring("book", booking({}), confirmed(), public_url=address).server.requests
    assert request.headers["x-bring-client-url"] == "https://hub.nordstore.example"
