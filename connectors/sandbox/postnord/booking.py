"""EDI booking: what is not readable is refused with 400, what breaks a rule with FAIL in an answer of status 200."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from connectors.sandbox.postnord.faults import Refused, fault
from connectors.sandbox.postnord.places import is_point
from connectors.sandbox.postnord.services import ISSUERS, NORTH, SERVICES
from connectors.sandbox.postnord.shipments import Shipment

Json = dict[str, Any]
Problem = tuple[str, str]

_NEW = "0"
_LINE = 50
_COUNTRIES = {issuer: country for country, issuer in ISSUERS.items()}


def read(document: Any) -> Json:
    """The only shipment of an instruction. Raises Refused for what cannot be read."""
    if not isinstance(document, dict) or not document.get("messageDate"):
        raise Refused("API-005", "messageDate is missing")
    if document.get("updateIndicator") not in {"Original", "Update", "Deletion"}:
        raise Refused("API-006", "updateIndicator has to be Original, Update or Deletion")
    if not (document.get("application") or {}).get("name"):
        raise Refused("API-005", "application.name is missing")
    shipments = document.get("shipment") or []
    if len(shipments) != 1:
        raise Refused("API-007", "This sandbox takes one shipment at a time")
    [shipment] = shipments
    for place in _missing(shipment):
        raise Refused("API-005", f"{place} is missing", field=place)
    return dict(shipment)


def problem_of(shipment: Json, *, is_return: bool) -> Problem | None:
    """The first rule that a readable shipment breaks, as code and text."""
    return next(_problems(shipment, is_return), None)


def confirmation(shipment: Shipment) -> Json:
    told = {
        "status": "OK",
        "references": {"shipment": shipment.references, "item": []},
        "ids": [{"idType": "itemId", "value": number, "printId": str(uuid4())} for number in shipment.items],
        "urls": [{"type": "TRACKING", "url": f"https://tracking.postnord.com/se/?id={shipment.items[0]}"}],
    }
    return _response(told)


def refusal(problem: Problem, shipment: Json) -> Json:
    references = {"shipment": shipment.get("references") or [], "item": []}
    return _response(
        {"status": "FAIL", "references": references, "ids": [], "errorResponse": fault(*problem)}
    )


def numbers_of(shipment: Json) -> list[str]:
    """The items that an instruction about an earlier one is about."""
    return [
        item["itemIdentification"]["itemId"] for goods in shipment["goodsItem"] for item in goods["items"]
    ]


def _response(info: Json) -> Json:
    return {"bookingId": uuid4().hex[:20].upper(), "idInformation": [info]}


def _missing(shipment: Json) -> Iterator[str]:
    parties, goods = shipment.get("parties") or {}, shipment.get("goodsItem") or []
    consignor = parties.get("consignor") or {}
    if not (shipment.get("service") or {}).get("basicServiceCode"):
        yield "service.basicServiceCode"
    if not (consignor.get("partyIdentification") or {}).get("partyId"):
        yield "parties.consignor.partyIdentification.partyId"
    if not consignor.get("issuerCode"):
        yield "parties.consignor.issuerCode"
    for place in ("consignor", "consignee", "deliveryParty"):
        if place in parties or place != "deliveryParty":
            yield from _missing_of(f"parties.{place}", (parties.get(place) or {}).get("party") or {})
    if not goods or not all(part.get("items") for part in goods):
        yield "goodsItem.items"
    if any(
        not (item.get("itemIdentification") or {}).get("itemId") for part in goods for item in part["items"]
    ):
        yield "goodsItem.items.itemIdentification.itemId"


def _missing_of(place: str, party: Json) -> Iterator[str]:
    address = party.get("address") or {}
    if not (party.get("nameIdentification") or {}).get("name"):
        yield f"{place}.party.nameIdentification.name"
    for name in ("postalCode", "city", "countryCode"):
        if not address.get(name):
            yield f"{place}.party.address.{name}"


def _problems(shipment: Json, is_return: bool) -> Iterator[Problem]:
    parties = shipment["parties"]
    consignor, service = parties["consignor"], SERVICES.get(shipment["service"]["basicServiceCode"])
    countries = {parties[name]["party"]["address"]["countryCode"] for name in ("consignor", "consignee")}
    if consignor["issuerCode"] not in _COUNTRIES:
        yield "BUS-001", f"There is no issuer {consignor['issuerCode']}"
    if consignor["partyIdentification"]["partyId"] == _NEW:
        yield "BUS-002", "The customer number is not known"
    if service is None:
        yield "BUS-003", f"There is no service {shipment['service']['basicServiceCode']}"
        return
    if service.returns is not is_return:
        yield "BUS-004", f"{service.name} is {'a' if service.returns else 'no'} service for returns"
    if not countries <= NORTH:
        yield "BUS-005", f"{service.name} does not go to or from {', '.join(sorted(countries - NORTH))}"
    point = parties.get("deliveryParty")
    if point and not is_point(point["partyIdentification"]["partyId"]):
        yield "BUS-006", "There is no such service point"
    for party in (parties["consignor"], parties["consignee"]):
        if any(len(line) > _LINE for line in party["party"]["address"].get("streets") or ()):
            yield "BUS-007", f"A street is longer than {_LINE} characters"
    yield from _item_problems(shipment, service.heaviest, service.name)


def _item_problems(shipment: Json, heaviest: int, name: str) -> Iterator[Problem]:
    for goods in shipment["goodsItem"]:
        for item in goods["items"]:
            weight = item.get("grossWeight")
            if weight and weight.get("unit") != "KGM":
                yield "BUS-008", "This sandbox takes weights in KGM"
            elif weight and weight["value"] * 1000 > heaviest:
                yield "BUS-009", f"An item is too heavy for {name}"
