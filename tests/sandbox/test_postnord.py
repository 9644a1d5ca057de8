"""PostNord as a simulated carrier: what it refuses, its labels, its tracking."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.sandbox import Sandbox
from tests.sandbox.callers import Caller, Reply

BOOKS = "shipment/v3/edi/labels/pdf"


class PostNordCaller(Caller):
    """Books one item from Solna to Malmö."""

    def get(self, path: str, **query: str) -> Reply:
        asked = urlencode({"apikey": "key-of-the-sandbox", **query})
        return self.call("GET", f"/postnord/rest/{path}?{asked}")

    def post(self, path: str, body: Any, key: str = "key-of-the-sandbox") -> Reply:
        return self.call("POST", f"/postnord/rest/{path}?apikey={key}", json.dumps(body).encode())

    def book(self, path: str = BOOKS, update: str = "Original", **changes: Any) -> Any:
        return self.post(
            path, {**INSTRUCTION, "updateIndicator": update, "shipment": [{**SHIPMENT, **changes}]}
        )

    def fault(self, **changes: Any) -> str:
        """The code of a refusal in an answer of status 200."""
        reply = self.book(**changes)
        assert reply.status == 200, reply.body
        [info] = reply.json["bookingResponse"]["idInformation"]
        assert (info["status"], reply.json["labelPrintout"]) == ("FAIL", [])
        return str(info["errorResponse"]["compositeFault"]["faults"][0]["faultCode"])


INSTRUCTION = {"messageDate": "2026-11-20T10:00:00Z", "application": {"name": "Tests"}, "testIndicator": True}
PARTY = {
    "nameIdentification": {"name": "Anna Åberg"},
    "address": {"streets": ["Storgatan 1"], "postalCode": "17173", "city": "Solna", "countryCode": "SE"},
}
CONSIGNOR = {
    "issuerCode": "Z12",
    "partyIdentification": {"partyId": "240", "partyIdType": "160"},
    "party": PARTY,
}
SHIPMENT = {
    "service": {"basicServiceCode": "19", "additionalServiceCode": ["A7"]},
    "references": [{"referenceNo": "r1", "referenceType": "CU"}],
    "parties": {"consignor": CONSIGNOR, "consignee": {"party": PARTY}},
    "goodsItem": [
        {"items": [{"itemIdentification": {"itemId": "0"}, "grossWeight": {"value": 1.2, "unit": "KGM"}}]}
    ],
}


@pytest.fixture
def postnord(sandbox: Sandbox) -> PostNordCaller:
    return PostNordCaller(sandbox)


def parties(**changes: Any) -> dict[str, Any]:
    return {**SHIPMENT["parties"], **changes}  # type: ignore[dict-item]


def test_what_breaks_a_rule_fails_in_an_answer_of_status_200(
    sandbox: Sandbox, postnord: PostNordCaller
) -> None:
    far = {"party": {**PARTY, "address": {**PARTY["address"], "countryCode": "US"}}}  # type: ignore[dict-item]
    nobody = {"partyId": "0", "partyIdType": "160"}
    point = {"partyIdentification": {"partyId": "x", "partyIdType": "156"}, "party": PARTY}
    heavy = [
        {"items": [{"itemIdentification": {"itemId": "0"}, "grossWeight": {"value": 36, "unit": "KGM"}}]}
    ]
    assert postnord.fault(service={"basicServiceCode": "24"}) == "BUS-004"
    assert postnord.fault(parties=parties(consignee=far)) == "BUS-005"
    assert (
        postnord.fault(parties=parties(consignor={**CONSIGNOR, "partyIdentification": nobody})) == "BUS-002"
    )
    assert postnord.fault(parties=parties(deliveryParty=point)) == "BUS-006"
    assert postnord.fault(goodsItem=heavy) == "BUS-009"
    assert sandbox.ledger(vendor="postnord") == []


def test_what_cannot_be_read_is_refused(postnord: PostNordCaller) -> None:
    missing = postnord.book(parties=parties(consignee={"party": {}}))
    assert missing.status == 400
    assert missing.json["compositeFault"]["faults"][0]["paramValues"][0]["value"].startswith(
        "parties.consignee"
    )
    assert postnord.post(BOOKS, [1]).status == 400
    assert [postnord.post(BOOKS, {}, key=key).status for key in ("", "short")] == [403, 401]
    assert postnord.get("elsewhere").status == 404


def test_a_booking_comes_with_its_label_and_is_booked_twice_if_asked_twice(
    sandbox: Sandbox, postnord: PostNordCaller
) -> None:
    answer = postnord.book().json
    [info] = answer["bookingResponse"]["idInformation"]
    [item] = [found["value"] for found in info["ids"]]
    assert base64.b64decode(answer["labelPrintout"][0]["printout"]["data"]).startswith(b"%PDF")
    again = postnord.post("shipment/v3/labels/ids/zpl", [{"id": item}]).json
    assert b"Anna" in base64.b64decode(again[0]["printout"]["data"])
    assert postnord.post("shipment/v3/labels/ids/pdf", [{"id": "1"}]).status == 400
    [entry] = sandbox.ledger(vendor="postnord")
    assert (entry["reference"], entry["object"]) == ("r1", item)
    postnord.book()
    assert [double["times"] for double in sandbox.doubles()] == [2]


def test_tracking_by_item_and_by_reference(sandbox: Sandbox, postnord: PostNordCaller) -> None:
    postnord.book()
    path = "shipment/v7/trackandtrace/customernumber/240/reference/R1/public"
    [shipment] = postnord.get(path).json["TrackingInformationResponse"]["shipments"]
    [item] = shipment["items"]
    sandbox.control("POST", "postnord/advance", {"number": "r1", "steps": 9})
    by_item = postnord.get("shipment/v5/trackandtrace/findByIdentifier.json", id=item["itemId"]).json
    [shipment] = by_item["TrackingInformationResponse"]["shipments"]
    statuses = [event["status"] for event in shipment["items"][0]["events"]]
    assert statuses == ["DELIVERED", "AVAILABLE_FOR_DELIVERY", "EN_ROUTE", "INFORMED"]
    nothing: dict[str, Any] = {"TrackingInformationResponse": {"shipments": []}}
    assert postnord.get("shipment/v5/trackandtrace/findByIdentifier.json", id="1").json == nothing


def test_only_sweden_takes_a_booking_back(postnord: PostNordCaller) -> None:
    ids = postnord.book().json["bookingResponse"]["idInformation"][0]["ids"]
    goods = [{"items": [{"itemIdentification": {"itemId": ids[0]["value"]}}]}]

    def taken_back(issuer: str) -> str:
        consignor = {**CONSIGNOR, "issuerCode": issuer}
        changes = {"goodsItem": goods, "parties": parties(consignor=consignor)}
        reply = postnord.book("shipment/v3/edi", "Deletion", **changes)
        assert reply.status == 201
        return str(reply.json["idInformation"][0]["status"])

    assert [taken_back(issuer) for issuer in ("Z13", "Z12", "Z12")] == ["FAIL", "OK", "FAIL"]
