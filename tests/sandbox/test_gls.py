"""GLS as a simulated carrier: login, bookings, labels, parcel shops, tracking within a quota."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.sandbox import Sandbox
from tests.sandbox.callers import Caller, Reply

RS = "/gls/shipit-farm/v1/backend/rs"
TT = "/gls/track-and-trace-v1/tracking"
PDF = {"ReturnLabels": {"TemplateSet": "NONE", "LabelFormat": "PDF"}}
ZPL = {"ReturnLabels": {"TemplateSet": "ZPL_200", "LabelFormat": "ZEBRA"}}


class GlsCaller(Caller):
    def __init__(self, sandbox: Sandbox, key: str = "app-1", secret: str = "s-1") -> None:
        super().__init__(sandbox)
        answer = self.login(key, secret)
        token = answer.json["access_token"] if answer.status == 200 else ""
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/glsVersion1+json"}

    def login(self, key: str, secret: str) -> Reply:
        basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        return self.call("POST", "/gls/oauth2/v2/token", b"grant_type=client_credentials", headers)

    def post(self, path: str, data: Any = None) -> Reply:
        body = b"" if data is None else json.dumps(data).encode()
        return self.call("POST", f"{RS}/{path}", body, self.headers)

    def book(self, reference: str = "r1", parcels: int = 1, printing: Any = PDF, **changes: Any) -> Reply:
        """`changes` are fields of the shipment."""
        return self.post(
            "shipments", {"Shipment": {**asked(reference, parcels), **changes}, "PrintingOptions": printing}
        )

    def booked(self, reference: str = "r1", parcels: int = 1, **changes: Any) -> list[str]:
        """Track IDs."""
        answer = self.book(reference, parcels, **changes)
        assert answer.status == 200, answer.headers
        return [item["TrackID"] for item in answer.json["CreatedShipment"]["ParcelData"]]

    def tracked(self, *numbers: str) -> Any:
        answer = self.call("GET", f"{TT}/simple/references/{','.join(numbers)}", None, self.headers)
        return answer.json["parcels"] if answer.status == 200 else answer


def asked(reference: str, parcels: int) -> dict[str, Any]:
    address = {
        "Name1": "Anna",
        "Street": "Torvet 1",
        "City": "Kolding",
        "CountryCode": "DK",
        "ZIPCode": "6000",
    }
    units = [{"ShipmentUnitReference": [str(n + 1)], "Weight": 1.5} for n in range(parcels)]
    return {
        "ShipmentReference": [reference],
        "Product": "PARCEL",
        "Consignee": {"Category": "PRIVATE", "Address": address},
        "Shipper": {"ContactID": "c-1"},
        "ShipmentUnit": units,
    }


@pytest.fixture
def gls(sandbox: Sandbox) -> Iterator[GlsCaller]:
    yield GlsCaller(sandbox)


def test_a_booking_is_in_the_ledger_and_a_second_one_noticed(sandbox: Sandbox, gls: GlsCaller) -> None:
    first, second = gls.booked("r1", parcels=2)
    [entry] = sandbox.ledger(vendor="gls")
    assert (entry["operation"], entry["reference"], entry["object"], entry["account"]) == (
        "book",
        "r1",
        first,
        "app-1",
    )
    assert first != second
    gls.booked("r2")
    assert sandbox.doubles() == []
    gls.booked("r1")
    assert [double["identity"] for double in sandbox.doubles()] == ["book r1"]


def test_labels_are_files_and_are_printed_again(gls: GlsCaller) -> None:
    created = gls.book("r1", parcels=2).json["CreatedShipment"]
    [document] = created["PrintData"]
    pages = [PdfReader(BytesIO(base64.b64decode(text))).pages[0].extract_text() for text in document["Data"]]
    tracks = [item["TrackID"] for item in created["ParcelData"]]
    assert all(track in page for track, page in zip(tracks, pages, strict=True))
    again = gls.post("shipments/reprintparcel", {"TrackID": tracks[1], "PrintingOptions": ZPL}).json
    [text] = again["CreatedShipment"]["PrintData"][0]["Data"]
    assert base64.b64decode(text).startswith(b"^XA")
    assert gls.post("shipments/reprintparcel", {"TrackID": "Z", "PrintingOptions": ZPL}).status == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Product": "LETTER"}, "ARTICLES_PRODUCT_MUST_BE_SET"),
        ({"Shipper": {}}, "SHIPPER_CONTACT"),
        ({"ShipmentUnit": [{"Weight": 41}]}, "ARTICLES_PRODUCT_WEIGHT"),
        ({"ShipmentUnit": []}, "COMMON"),
        ({"printing": {}}, "COMMON"),
        (
            {"Consignee": {"Address": {**asked("", 1)["Consignee"]["Address"], "ZIPCode": ""}}},
            "ADDRESS_VALID_ZIPCODE",
        ),
        (
            {"Consignee": {"Address": {**asked("", 1)["Consignee"]["Address"], "CountryCode": "US"}}},
            "SHIPMENT_VALID_ROUTING",
        ),
        ({"Service": [{"ShopDelivery": {"ParcelShopID": "9"}}]}, "SHOP_DELIVERY_VALID_SHOP"),
    ],
)
def test_refusals_are_in_headers_and_may_claim_success(
    sandbox: Sandbox, gls: GlsCaller, changes: Any, code: str
) -> None:
    refused = gls.book(**changes)
    assert (refused.status, refused.headers["error"], refused.body) == (400, code, b"")
    gls.control("POST", "gls/refusals", {"hidden": True})
    assert (gls.book(**changes).status, sandbox.ledger()) == (200, [])


def test_parcels_move_on_and_are_cancelled_only_before(gls: GlsCaller) -> None:
    [near], [home] = (
        gls.booked("r1", Service=[{"ShopDelivery": {"ParcelShopID": "20860001"}}]),
        gls.booked("r2"),
    )
    gls.control("POST", "gls/advance", {"number": "r1", "steps": 3})
    at_shop, missing = gls.tracked(near, "ZZZZZZZZ")
    assert (at_shop["status"], missing["errorCode"]) == ("DELIVEREDPS", "E_404_01")
    times = [event["eventDateTime"] for event in at_shop["events"]]
    assert times == sorted(set(times), reverse=True)
    assert gls.post(f"shipments/cancel/{near}").json == {"TrackID": near, "Result": "SCANNED"}
    for _ in range(2):
        assert gls.post(f"shipments/cancel/{home}").json["Result"] == "CANCELLED"
    gls.control("POST", "gls/advance", {"steps": 9})
    assert [item["status"] for item in gls.tracked(near, home)] == ["DELIVERED", "CANCELED"]
    gls.control("POST", "gls/advance", {"number": near, "status": "NOTDELIVERED"})
    assert gls.control("GET", "gls/parcels").json["parcels"][0]["status"] == "NOTDELIVERED"
    assert gls.control("POST", "gls/advance", {"number": "r9"}).status == 404


def test_looked_up_by_reference_within_dates(gls: GlsCaller) -> None:
    tracks = gls.booked("r1", parcels=2)
    dates = {"DateFrom": "2020-01-01T00:00:00+00:00", "DateTo": "2099-01-01T00:00:00+00:00"}
    found = gls.post("tracking/parcels", {"ShipmentReference": "r1", **dates}).json["UnitItems"]
    assert [item["TrackID"] for item in found] == tracks
    past = {**dates, "DateTo": "2021-01-01T00:00:00+00:00"}
    for question in ({"ShipmentReference": "r2", **dates}, {"ShipmentReference": "r1", **past}):
        assert gls.post("tracking/parcels", question).json == {"UnitItems": []}


def test_products_and_parcel_shops(gls: GlsCaller) -> None:
    here, there = {"CountryCode": "DK"}, {"CountryCode": "SE"}
    for end, products in ((here, ["PARCEL", "EXPRESS"]), (there, ["PARCEL"]), ({"CountryCode": "US"}, [])):
        answer = gls.post("shipments/allowedservices", {"Source": here, "Destination": end, "ContactID": "c"})
        told = [item["ProductName"] for item in answer.json["AllowedServices"] if "ProductName" in item]
        assert told == products
    place = {"CountryCode": "DK", "ZIPCode": "6000", "MaxNumberOfShops": "2"}
    shops = gls.post("parcelshop/address", place).json["ParcelShop"]
    assert sorted(shop["AirlineDistance"] for shop in shops) == ["0.3", "0.9"]
    assert gls.post("parcelshop/address", {"CountryCode": "US"}).headers["error"] == "NOT_FOUND"


def test_ten_at_once_and_so_many_a_day(gls: GlsCaller) -> None:
    assert gls.tracked(*["A"] * 11).status == 400
    gls.control("POST", "gls/quota", {"left": 1})
    assert len(gls.tracked("A")) == 1
    refused = gls.tracked("A")
    assert (refused.status, refused.json["fault"]["detail"]["errorcode"]) == (
        429,
        "policies.ratelimit.QuotaViolation",
    )


def test_who_may_call(sandbox: Sandbox, gls: GlsCaller) -> None:
    gls.control("POST", "gls/apps", {"key": "app-2", "secret": "s-2"})
    assert (gls.book().status, gls.login("app-1", "s-1").status) == (401, 401)
    other = GlsCaller(sandbox, "app-2", "s-2")
    assert other.book().status == 200
    other.headers["Content-Type"] = "application/json"
    assert other.book().status == 415
    assert other.call("GET", "/gls/no/such/call", None, other.headers).status == 404
    assert other.control("GET", "gls/nothing").status == 404
