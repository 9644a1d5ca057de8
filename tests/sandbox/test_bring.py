"""Bring as a simulated carrier: prices, pickup points, bookings, labels, tracking, webhooks."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader

from connectors.sandbox import Sandbox
from tests.sandbox.callers import BringCaller, Caller, consignment_of, until
from tests.sandbox.receiver import Receiver

GUIDE = "shippingguide/api/v2/products"


def ask(bring: BringCaller, *products: str, **changes: Any) -> Any:
    part = {
        "products": [{"id": product, "customerNumber": "5"} for product in products],
        "fromCountryCode": "NO",
        "fromPostalCode": "0184",
        "toCountryCode": "NO",
        "toPostalCode": "5014",
        "packages": [{"id": "1", "grossWeight": 1200, "length": 30, "width": 20, "height": 10}],
    }
    return bring.post(GUIDE, {"consignments": [{**part, **changes}]})


def offers(bring: BringCaller, *products: str, **changes: Any) -> list[Any]:
    return ask(bring, *products, **changes).json["consignments"][0]["products"]


def refusal(bring: BringCaller, **changes: Any) -> str:
    [consignment] = bring.book(**changes).json["consignments"]
    assert consignment["confirmation"] is None
    return consignment["errors"][0]["code"]


def test_prices_grow_with_the_weight(bring: BringCaller) -> None:
    [light], [heavy] = (offers(bring, "5800", packages=[{"grossWeight": grams}]) for grams in (1_000, 10_000))
    prices = [
        Decimal(offer["price"]["netPrice"]["priceWithAdditionalServices"]["amountWithVAT"])
        for offer in (light, heavy)
    ]
    assert prices[0] < prices[1]
    assert light["price"]["listPrice"]["currencyCode"] == "NOK"
    assert light["expectedDelivery"]["workingDays"] == "2"


def test_what_is_not_available(bring: BringCaller) -> None:
    heavy = [{"grossWeight": 36_000}]
    assert [item["errors"][0]["code"] for item in offers(bring, "5800", packages=heavy)] == [
        "INVALID_MEASUREMENTS"
    ]
    assert [item["errors"][0]["code"] for item in offers(bring, "9999")] == ["PRODUCT_UNKNOWN"]
    assert offers(bring, "5800", toCountryCode="SE") == []
    assert [item["id"] for item in offers(bring, "5800", "PICKUP_PARCEL", toCountryCode="SE")] == [
        "PICKUP_PARCEL"
    ]
    refused = ask(bring, "5800", toPostalCode="")
    assert (refused.status, refused.json["fieldErrors"][0]["field"]) == (400, "toPostalCode")


def test_pickup_points(bring: BringCaller) -> None:
    near = bring.get("pickuppoint/api/pickuppoint/NO/postalCode/5014.json", numberOfResponses=2).json[
        "pickupPoint"
    ]
    assert [point["distanceInKm"] for point in near] == ["0.3", "0.9"]
    again = bring.get(f"pickuppoint/api/pickuppoint/NO/id/{near[1]['id']}.json").json["pickupPoint"]
    assert again == [near[1]]
    for path in ("DE/postalCode/10115.json", "NO/id/9.json"):
        assert bring.get(f"pickuppoint/api/pickuppoint/{path}").status == 404


def test_a_booking_is_in_the_ledger_by_our_reference(sandbox: Sandbox, bring: BringCaller) -> None:
    confirmed = bring.booked("r1", parcels=2)
    assert [package["correlationId"] for package in confirmed["packages"]] == ["1", "2"]
    [entry] = sandbox.ledger(vendor="bring")
    assert (entry["operation"], entry["reference"], entry["object"], entry["account"]) == (
        "book",
        "r1",
        confirmed["consignmentNumber"],
        "ship@example.com",
    )
    bring.booked("r2")
    assert sandbox.doubles() == []


def test_a_second_booking_of_a_reference_is_made_and_noticed(sandbox: Sandbox, bring: BringCaller) -> None:
    numbers = {bring.booked("r1")["consignmentNumber"] for _ in range(2)}
    assert len(numbers) == 2
    assert [double["identity"] for double in sandbox.doubles()] == ["book r1"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("BOOK-INPUT-009", {"parcels": 0}),
        ("BOOK-INPUT-012", {"shippingDateTime": None}),
        ("BOOK-INPUT-020", {"product": {"id": "1", "customerNumber": "5"}}),
        ("BOOK-INPUT-019", {"product": {"id": "5800"}}),
        ("BOOK-INPUT-021", {"product": {"id": "5800", "customerNumber": "0"}}),
        ("BOOK-INPUT-006", {"parties": {}}),
        (
            "BOOK_VALIDATION-002",
            {"product": {"id": "5800", "customerNumber": "5", "additionalServices": [{"id": "EVARSLING"}]}},
        ),
    ],
)
def test_refusals_come_with_status_200(sandbox: Sandbox, bring: BringCaller, code: str, changes: Any) -> None:
    assert refusal(bring, **changes) == code
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (("packages", 0, "weightInKg"), 36, "BOOK-INPUT-023"),
        (("packages", 0, "weightInKg"), 0, "BOOK-INPUT-002"),
        (("packages", 0, "dimensions"), None, "BOOK-INPUT-013"),
        (("parties", "recipient", "countryCode"), "SE", "BOOK-INPUT-025"),
        (("parties", "recipient", "countryCode"), "US", "BOOK-INPUT-028"),
        (("parties", "recipient", "city"), "", "BOOK-INPUT-016"),
        (("parties", "sender", "reference"), "r" * 36, "BOOK-INPUT-001"),
        (("parties", "pickupPoint"), {"id": "9", "countryCode": "NO"}, "BOOK-INPUT-045"),
    ],
)
def test_one_thing_wrong(bring: BringCaller, place: tuple[Any, ...], value: Any, code: str) -> None:
    consignment: Any = consignment_of("r1", 1)
    node = consignment
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = value
    assert refusal(bring, **consignment) == code


def test_what_is_no_booking_at_all(bring: BringCaller) -> None:
    for body, code in (([], "BOOK_INPUT-059"), ({}, "BOOK-INPUT-003")):
        answered = bring.post("booking/api/booking", body).json
        errors = answered.get("errors") or answered["consignments"][0]["errors"]
        assert errors[0]["code"] == code
    broken = bring.call("POST", "/bring/booking/api/booking", b"{", bring.headers)
    assert (broken.status, broken.json["errors"][0]["code"]) == (400, "BOOK_INPUT-059")


def test_the_label_is_a_pdf_behind_a_redirect(bring: BringCaller) -> None:
    confirmed = bring.booked("r1", parcels=2)
    anybody = Caller(bring.sandbox)
    moved = anybody.call("GET", urlsplit(confirmed["links"]["labels"]).path)
    place = urlsplit(moved.headers["location"])
    label = anybody.call("GET", f"{place.path}?{place.query}")
    pages = PdfReader(BytesIO(label.body)).pages
    assert (moved.status, label.status, label.headers["content-type"]) == (302, 200, "application/pdf")
    assert len(pages) == 2
    assert confirmed["packages"][1]["packageNumber"] in pages[1].extract_text()
    assert "TEST" in pages[0].extract_text()


def test_the_storage_wants_its_signature_and_no_credentials(bring: BringCaller) -> None:
    path = urlsplit(bring.booked()["links"]["labels"]).path
    place = urlsplit(bring.call("GET", path).headers["location"])
    signed = f"{place.path}?{place.query}"
    assert bring.call("GET", place.path).status == 403
    assert bring.call("GET", signed, None, bring.headers).status == 403
    assert bring.call("GET", signed).status == 200
    assert bring.get("labels/id/no-such.pdf").status == 404


def test_tracking_by_consignment_package_and_reference(bring: BringCaller) -> None:
    confirmed = bring.booked("r1", parcels=2)
    bring.booked("r2")
    for number in (confirmed["consignmentNumber"], confirmed["packages"][1]["packageNumber"], "r1"):
        [found] = bring.tracked(number)
        assert (found["consignmentId"], found["senderReference"]) == (confirmed["consignmentNumber"], "r1")
    for number in ("r3", "1001"):
        assert bring.tracked(number) == [
            {"error": {"code": 404, "message": "Nothing is known under this number"}}
        ]
    assert bring.tracked("")[0]["error"]["code"] == 400


def test_shipments_move_forward_when_told(bring: BringCaller) -> None:
    bring.booked("r1")
    assert bring.statuses("r1") == ["PRE_NOTIFIED"]
    assert bring.control("POST", "bring/advance", {"number": "r1", "steps": 4}).json["shipments"][0][
        "status"
    ] == ("READY_FOR_PICKUP")
    bring.control("POST", "bring/advance", {"number": "r1", "steps": 9})
    assert bring.statuses("r1")[:2] == ["DELIVERED", "READY_FOR_PICKUP"]
    assert len(bring.statuses("r1")) == 6
    times = [event["dateIso"] for event in bring.tracked("r1")[0]["packageSet"][0]["eventSet"]]
    assert times == sorted(set(times), reverse=True)
    assert bring.control("POST", "bring/advance", {"number": "r9"}).status == 404


def test_all_shipments_at_once_and_events_out_of_the_way(bring: BringCaller) -> None:
    door = {"id": "5600", "customerNumber": "5"}
    bring.booked("r1", product=door)
    bring.booked("r2", product=door)
    bring.control("POST", "bring/advance", {"steps": 4})
    assert {bring.statuses(number)[0] for number in ("r1", "r2")} == {"TRANSPORT_TO_RECIPIENT"}
    bring.control("POST", "bring/advance", {"number": "r1", "status": "DEVIATION"})
    bring.control("POST", "bring/advance", {"number": "r1"})
    assert bring.statuses("r1")[:2] == ["DELIVERED", "DEVIATION"]
    listed = bring.control("GET", "bring/shipments").json["shipments"]
    assert [(item["reference"], item["status"]) for item in listed] == [
        ("r1", "DELIVERED"),
        ("r2", "TRANSPORT_TO_RECIPIENT"),
    ]


def test_tracking_may_lag(bring: BringCaller) -> None:
    bring.booked("r1")
    bring.control("POST", "bring/tracking", {"shown": False})
    assert "error" in bring.tracked("r1")[0]
    bring.control("POST", "bring/tracking", {"shown": True})
    assert bring.statuses("r1") == ["PRE_NOTIFIED"]


def test_wrong_credentials(sandbox: Sandbox, bring: BringCaller) -> None:
    assert len(bring.get("booking/api/customers").json["customers"]) == 3
    for uid, key in (("", "k-1"), ("ship", "k-1"), ("ship@example.com", "")):
        assert BringCaller(sandbox, uid, key).get("booking/api/customers").status == 401
    bring.control("POST", "bring/users", {"uid": "ship@example.com", "key": "k-2"})
    assert bring.book().status == 401
    assert BringCaller(sandbox, key="k-2").book().status == 200
    del bring.headers["X-Bring-Client-URL"]
    bring.headers["X-MyBring-API-Key"] = "k-2"
    assert bring.book().status == 400


@pytest.mark.parametrize(
    ("status", "code"), [(500, "BOOK-INTERNAL-001"), (503, "BOOK-INTERNAL-001"), (429, "TOO_MANY_REQUESTS")]
)
def test_failures_in_bring_s_shape(sandbox: Sandbox, bring: BringCaller, status: int, code: str) -> None:
    sandbox.faults(vendor="bring", path="booking$", status=status)
    refused = bring.book()
    assert (refused.status, refused.json["errors"][0]["code"]) == (status, code)
    assert bring.book().status == 200
    assert len(sandbox.ledger()) == 1
    assert bring.get("no/such/call").status == 404
    assert bring.control("GET", "bring/nothing").status == 404


WEBHOOKS = "event-cast/api/v1/webhooks"


def webhook(receiver: Receiver, **changes: Any) -> dict[str, Any]:
    where = {"url": receiver.url, "content_type": "application/json"}
    headers = [{"key": "X-Shop", "value": "s3cret"}]
    asked = {"trackingId": "r1", "event_groups": ["HANDED_IN", "DELIVERED"]}
    return {**asked, "configuration": {**where, "headers": headers}, **changes}


def test_event_cast_tells_until_the_delivery(bring: BringCaller, receiver: Receiver) -> None:
    confirmed = bring.booked("r1", parcels=2)
    made = bring.post(WEBHOOKS, webhook(receiver))
    assert (made.status, "s3cret" in str(made.json)) == (201, False)
    assert bring.get(f"{WEBHOOKS}/{made.json['id']}").json == bring.get(WEBHOOKS).json[0] == made.json
    assert bring.post(WEBHOOKS, webhook(receiver)).status == 409
    bring.control("POST", "bring/advance", {"steps": 9})
    until(lambda: len(receiver.received) == 4)
    headers, _ = receiver.received[0]
    assert (headers["x-shop"], headers["x-bring-application"]) == ("s3cret", "event-cast")
    told = [(body["shipment"], body["package"], body["status"]) for body in receiver.bodies()]
    packages = [package["packageNumber"] for package in confirmed["packages"]]
    assert told == [
        (confirmed["consignmentNumber"], package, status)
        for status in ("HANDED_IN", "DELIVERED")
        for package in packages
    ]
    assert bring.get(WEBHOOKS).json == []
    until(lambda: len(bring.control("GET", "bring/eventcast").json["deliveries"]) == 4)


def test_webhooks_lapse_and_are_removed(bring: BringCaller, receiver: Receiver) -> None:
    first = bring.post(WEBHOOKS, webhook(receiver)).json
    assert BringCaller(bring.sandbox, "other@example.com").get(WEBHOOKS).json == []
    assert bring.call("DELETE", f"/bring/{WEBHOOKS}/{first['id']}", None, bring.headers).status == 204
    assert bring.call("DELETE", f"/bring/{WEBHOOKS}/{first['id']}", None, bring.headers).status == 404
    assert bring.control("POST", "bring/eventcast", {"days": 0}).json["days"] == 0
    assert [bring.post(WEBHOOKS, webhook(receiver)).status for _ in range(2)] == [201, 201]
    assert bring.get(WEBHOOKS).json == []
    for changes in ({"trackingId": ""}, {"event_groups": ["*"]}, {"configuration": {"url": "x"}}):
        refused = bring.post(WEBHOOKS, webhook(receiver, **changes))
        assert (refused.status, bool(refused.json["reason"])) == (400, True)


def test_returns_across_borders(bring: BringCaller) -> None:
    [offer] = offers(bring, "PICKUP_PARCEL_RETURN", fromCountryCode="SE", toCountryCode="NO")
    assert offer["id"] == "PICKUP_PARCEL_RETURN"
