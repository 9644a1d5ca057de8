"""Booking: what is asked is checked as Bring does, and refused in an answer of status 200. There is no idempotency key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from connectors.sandbox.bring.points import is_point
from connectors.sandbox.bring.products import NORTH, product
from connectors.sandbox.bring.shipments import Shipment
from connectors.sandbox.core.wire import Response, json_response

Json = dict[str, Any]
Problem = tuple[str, str]

_PARTY = {"name": "014", "addressLine": "015", "city": "016", "countryCode": "017", "postalCode": "057"}
_WIDTH = 35
_MOST_PACKAGES = 50


def problem_of(asked: Json) -> Problem | None:
    """The first thing that is wrong with a booking, as code and text."""
    return next(_problems(asked), None)


def refusal(problem: Problem, asked: Json) -> Response:
    code, text = problem
    consignments = asked.get("consignments") or [{}]
    own = consignments[0].get("correlationId")
    error = {
        "uniqueId": str(uuid4()),
        "code": code,
        "messages": [{"lang": "en", "message": text}],
        "consignmentCorrelationId": own,
        "packageCorrelationId": None,
    }
    return json_response({"consignments": [{"confirmation": None, "errors": [error], "correlationId": own}]})


def confirmation(shipment: Shipment, url: str) -> Response:
    found = product(shipment.asked["product"]["id"])
    expected = datetime.now(UTC) + timedelta(days=found.days if found else 2)
    told = {
        "consignmentNumber": shipment.consignment,
        "productSpecificData": None,
        "links": {
            "labels": f"{url}/labels/id/{shipment.label_id}.pdf",
            "waybill": None,
            "tracking": f"https://sporing.bring.no/sporing.html?q={shipment.consignment}",
        },
        "dateAndTimes": {"earliestPickup": None, "expectedDelivery": round(expected.timestamp() * 1000)},
        "packages": [
            {"packageNumber": package.number, "correlationId": package.asked.get("correlationId")}
            for package in shipment.packages
        ],
    }
    own = shipment.asked.get("correlationId")
    return json_response({"consignments": [{"confirmation": told, "errors": None, "correlationId": own}]})


def _problems(asked: Json) -> Iterator[Problem]:
    consignments = asked.get("consignments") or []
    if asked.get("schemaVersion") != 1:
        yield "BOOK-INPUT-003", "schemaVersion has to be 1"
    if not isinstance(asked.get("testIndicator"), bool):
        yield "BOOK-INPUT-030", "testIndicator has to be true or false"
    if not consignments:
        yield "BOOK-INPUT-004", "There is no consignment"
        return
    if len(consignments) > 1:
        yield "BOOK-INPUT-005", "Book one consignment at a time"
    [consignment, *_] = consignments
    if not consignment.get("shippingDateTime"):
        yield "BOOK-INPUT-012", "shippingDateTime is missing"
    yield from _party_problems(consignment)
    yield from _product_problems(consignment)
    yield from _package_problems(consignment)


def _party_problems(consignment: Json) -> Iterator[Problem]:
    parties = consignment.get("parties") or {}
    for place, code in (("sender", "006"), ("recipient", "007")):
        party = parties.get(place)
        if not party:
            yield f"BOOK-INPUT-{code}", f"There is no {place}"
            return
        for name, number in _PARTY.items():
            if not party.get(name):
                yield f"BOOK-INPUT-{number}", f"{name} of the {place} is missing"
        for name in (*_PARTY, "addressLine2", "reference"):
            if len(party.get(name) or "") > _WIDTH:
                yield "BOOK-INPUT-001", f"{name} of the {place} is longer than {_WIDTH} characters"
    if not (parties["sender"].get("contact") or {}).get("phoneNumber"):
        yield "BOOK-INPUT-001", "The sender has no phone number"
    point = parties.get("pickupPoint")
    if point and not is_point(str(point.get("id") or "")):
        yield "BOOK-INPUT-045", "There is no such pickup point"


def _product_problems(consignment: Json) -> Iterator[Problem]:
    wanted, parties = consignment.get("product") or {}, consignment.get("parties") or {}
    found = product(str(wanted.get("id") or ""))
    if not wanted.get("customerNumber"):
        yield "BOOK-INPUT-019", "The customer number is missing"
    if wanted.get("customerNumber") == "0":
        yield "BOOK-INPUT-021", "The customer number is not one of yours"
    if found is None:
        yield "BOOK-INPUT-020", f"There is no product {wanted.get('id')}"
        return
    countries = [
        str((parties.get(name) or {}).get("countryCode")).upper() for name in ("sender", "recipient")
    ]
    if not set(countries) <= NORTH:
        yield "BOOK-INPUT-028", f"{' or '.join(countries)} is no country of ours"
    elif not found.serves(*countries):
        yield "BOOK-INPUT-025", f"{found.name} is not available from {countries[0]} to {countries[1]}"
    for service in wanted.get("additionalServices") or []:
        if service["id"] in {"EVARSLING", "1091"} and not (service.get("email") or service.get("mobile")):
            yield "BOOK_VALIDATION-002", "EVARSLING needs an e-mail address or a mobile number"


def _package_problems(consignment: Json) -> Iterator[Problem]:
    packages = consignment.get("packages") or []
    found = product(str((consignment.get("product") or {}).get("id") or ""))
    if not packages:
        yield "BOOK-INPUT-009", "There is no package"
    if len(packages) > _MOST_PACKAGES:
        yield "BOOK-INPUT-011", f"There are more than {_MOST_PACKAGES} packages"
    for package in packages:
        if not package.get("weightInKg"):
            yield "BOOK-INPUT-002", "A package has no weight"
        elif found and package["weightInKg"] * 1000 > found.heaviest:
            yield "BOOK-INPUT-023", f"A package is too heavy for {found.name}"
        if not package.get("dimensions"):
            yield "BOOK-INPUT-013", "A package has no dimensions"
