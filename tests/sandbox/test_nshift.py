"""The simulated nShift Delivery, its portal, and Shipment Server."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import FORM, Caller, Reply

BASIC = {"Authorization": "Basic " + base64.b64encode(b"key:secret").decode()}
PARTY = {"name": "Kari Łódź", "city": "Oslo", "country": "NO", "zipcode": "0184"}
BASE = "/unifaun/rs-extapi/v1"


def shipment(**changes: Any) -> dict[str, Any]:
    asked = {"orderNo": "r1", "sender": PARTY, "receiver": PARTY, "service": {"id": "P19"}, "test": True}
    return {**asked, "parcels": [{"copies": 2, "weight": 1.5}], **changes}


def book(caller: Caller, headers: dict[str, str] = BASIC, **changes: Any) -> Reply:
    body = {
        "printConfig": {"target1Media": "laser-ste", "target1Type": "pdf"},
        "shipment": shipment(**changes),
    }
    return caller.call("POST", f"{BASE}/shipments?returnFile=false", json.dumps(body).encode(), headers)


def command(caller: Caller, name: str, data: Any, actor: str = "63", **options: Any) -> Any:
    form = {
        "actor": actor,
        "key": "sample",
        "command": name,
        "data": json.dumps(data),
        "Options": json.dumps(options),
    }
    path = "/consignor/ship/ShipmentServerModule.dll"
    reply = caller.call("POST", path, urlencode(form).encode(), {"Content-Type": FORM})
    assert reply.status == 200
    return reply.json


def submitted(**changes: Any) -> dict[str, Any]:
    party = {"Name1": "Kari", "PostCode": "0184", "City": "Oslo", "CountryCode": "NO"}
    return {
        "ActorCSID": 63,
        "ProdConceptID": 1032,
        "OrderNo": "r1",
        "Addresses": [{"Kind": kind, **party} for kind in (1, 2)],
        "Lines": [{"PkgWeight": 900, "Pkgs": [{"ItemNo": 1}, {"ItemNo": 2}]}],
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": {"id": "X"}}, "Shipment_Service"),
        ({"receiver": {**PARTY, "zipcode": "0000"}}, "Address_Zipcode"),
        ({"sender": {}}, "Address_Name"),
        ({"parcels": [{"copies": 1, "weight": 21}]}, "ParcelGroup_Weight"),
        ({"parcels": []}, "ParcelGroup"),
    ],
)
def test_delivery_lists_what_is_wrong(sandbox: Sandbox, changes: dict[str, Any], field: str) -> None:
    refused = book(Caller(sandbox), **changes)
    assert (refused.status, refused.json[0]["field"]) == (422, field)
    assert sandbox.ledger() == []


def test_delivery_keeps_documents_for_a_while_and_its_history_for_good(sandbox: Sandbox) -> None:
    caller = Caller(sandbox)
    assert book(caller, {}).status == 401
    [made] = book(caller).json
    assert len(made["parcels"]) == 2
    place = f"{BASE}/shipments/{made['id']}/prints"
    [listed] = caller.call("GET", place, None, BASIC).json
    assert caller.call("GET", f"{place}/{listed['id']}", None, BASIC).body.startswith(b"%PDF")
    caller.control("POST", "unifaun/lapse", {})
    assert caller.call("GET", place, None, BASIC).json == []
    assert caller.call("GET", f"{place}/{listed['id']}", None, BASIC).status == 404
    history = f"{BASE}/shipments-history?page=0&searchField=orderNo&searchValue=r1"
    assert [item["id"] for item in caller.call("GET", history, None, BASIC).json["shipments"]] == [made["id"]]
    assert caller.control("POST", "unifaun/advance", {"number": "r9"}).status == 404


def test_the_portal_wants_its_own_token_and_a_session(sandbox: Sandbox) -> None:
    caller, place = Caller(sandbox), "/unifaun/checkout/options/v1/shipping-options/s1"
    assert caller.call("POST", place, b"{}", BASIC).status == 401
    login = urlencode({"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}).encode()
    token = caller.call("POST", "/unifaun/idp/connect/token", login, {"Content-Type": FORM}).json[
        "access_token"
    ]
    bearer = {"Authorization": f"Bearer {token}"}
    assert caller.call("POST", place, b"{}", bearer).json["code"] == "SESSION_EXPIRED"
    assert (
        caller.call("POST", "/unifaun/idp/connect/token", b"grant_type=x", {"Content-Type": FORM}).status
        == 400
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"ProdConceptID": 5}, "Product 5 is not available"),
        ({"ActorCSID": 64}, "ActorCSID is not the actor"),
        ({"Lines": []}, "There is no package"),
        ({"Addresses": []}, "Name1 of the sender is missing"),
        ({"Lines": [{"PkgWeight": 36_000, "Pkgs": [{"ItemNo": 1}]}]}, "A package is heavier than 35000 g"),
    ],
)
def test_shipment_server_says_no_with_status_200(
    sandbox: Sandbox, changes: dict[str, Any], text: str
) -> None:
    assert text in command(Caller(sandbox), "SubmitShipment", submitted(**changes))["ErrorMessages"]
    assert sandbox.ledger() == []


def test_shipment_server_knows_its_shipments_until_they_are_deleted(sandbox: Sandbox) -> None:
    caller = Caller(sandbox)
    made = command(caller, "SubmitShipment", submitted(), Labels="ZPL")
    assert [package["ItemNo"] for package in made["Lines"][0]["Pkgs"]] == [1, 2]
    assert len(made["Labels"]) == 2
    named = {"ShpCSID": made["ShpCSID"]}
    assert command(caller, "GetShipment", named)["OrderNo"] == "r1"
    assert command(caller, "DeleteShipment", named) == named
    assert command(caller, "GetShipment", {"OrderNo": "r1"}) == {"Shipments": []}
    for name, data in (("ReprintLabels", named), ("DeleteShipment", named), ("NoSuchCommand", {})):
        assert command(caller, name, data)["ErrorMessages"]
    assert command(caller, "GetProducts", {}, actor="")["ErrorMessages"] == ["Invalid actor or key"]
