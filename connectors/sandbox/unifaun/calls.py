"""What each call of nShift Delivery does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.accounts import alias
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.unifaun import documents
from connectors.sandbox.unifaun.checking import problems_of
from connectors.sandbox.unifaun.shipments import CANCELLED, Shipment

if TYPE_CHECKING:
    from connectors.sandbox.unifaun.api import Unifaun

Json = dict[str, Any]

delivery = Router()
_BASE = "/rs-extapi/v1"
_PAGE = 20


@delivery.route("GET", f"{_BASE}/meta/lists/partners")
def partners(nshift: Unifaun, request: Request) -> Any:
    return [{"id": "PLAB", "description": "PostNord"}, {"id": "PNL", "description": "Bring"}]


@delivery.route("GET", f"{_BASE}/addresses/agents")
def agents(nshift: Unifaun, request: Request) -> Any:
    missing = [name for name in ("type", "countryCode", "zip") if not request.query.get(name)]
    if missing:
        return _error(400, "MISSING", f"Missing {missing[0]} argument")
    return [agent(request.query["zip"], request.query["countryCode"], number) for number in (1, 2, 3)]


@delivery.route("POST", f"{_BASE}/shipments")
def book(nshift: Unifaun, request: Request) -> Response:
    """Nothing keeps the same shipment from being made twice; the ledger notices."""
    body = request.json()
    if not isinstance(body, dict) or not isinstance(body.get("shipment"), dict):
        return _error(400, "MISSING", "Missing shipment print request body")
    asked, config = body["shipment"], body.get("printConfig") or {}
    problems = problems_of(asked, config)
    if problems:
        return json_response(problems, 422)
    shipment = nshift.shipments.add(asked, str(config.get("target1Type") or "pdf"))
    nshift.ledger.record(
        vendor=nshift.slug,
        operation="book",
        identity=f"book {shipment.reference or shipment.id}",
        reference=shipment.reference,
        object=shipment.id,
        account=alias(request.headers.get("authorization", "")),
    )
    return json_response([_told(nshift, shipment)], 201)


@delivery.route("GET", f"{_BASE}/shipments-history")
def history(nshift: Unifaun, request: Request) -> Any:
    wanted, page = request.query.get("searchValue", ""), int(request.query.get("page", 0))
    found = [item for item in nshift.shipments if wanted in item.reference] if nshift.shown else []
    shown = found[page * _PAGE : (page + 1) * _PAGE]
    return {
        "shipments": [_told(nshift, item) for item in shown],
        "totalPages": math.ceil(len(found) / _PAGE),
    }


@delivery.route("GET", f"{_BASE}/shipments/{{number}}/prints")
def list_prints(nshift: Unifaun, request: Request, number: str) -> Any:
    shipment = nshift.shipments.get(number)
    if shipment is None:
        return _error(404, "NOT_FOUND", "There is no such shipment")
    return _prints(nshift, shipment) if shipment.has_documents else []


@delivery.route("GET", f"{_BASE}/shipments/{{number}}/prints/{{print_id}}")
def fetch_print(nshift: Unifaun, request: Request, number: str, print_id: str) -> Response:
    shipment = nshift.shipments.get(number)
    if shipment is None or shipment.print_id != print_id or not shipment.has_documents:
        return _error(404, "NOT_FOUND", "There is no such document")
    return documents.served(shipment)


@delivery.route("DELETE", f"{_BASE}/shipments/{{number}}")
def cancel(nshift: Unifaun, request: Request, number: str) -> Response:
    shipment = nshift.shipments.get(number)
    if shipment is None or shipment.state == CANCELLED[0]:
        return _error(404, "NOT_FOUND", "There is no such shipment")
    if shipment.state != "PRINTED":
        return _error(400, "ILLEGAL", "The shipment is on its way already")
    shipment.happen(CANCELLED)
    nshift.ledger.record(
        vendor=nshift.slug,
        operation="cancel",
        identity=f"cancel {shipment.id}",
        reference=shipment.reference,
        object=shipment.id,
        account=alias(request.headers.get("authorization", "")),
    )
    return Response(204)


def agent(postal_code: str, country: str, number: int) -> Json:
    """Three near every postal code; an id is the postal code and the place's number."""
    name = ("Corner shop", "Station kiosk", "Market hall")[number - 1]
    return {
        "id": f"{postal_code}{number}",
        "name": f"{name} {postal_code}",
        "address1": f"Main Street {number}",
        "address2": None,
        "zipcode": postal_code,
        "city": "SANDVIK",
        "state": None,
        "countryCode": country,
        "openingHours": "Mon-Fri 8-21, Sat 9-18" if number == 1 else None,
    }


def _told(nshift: Unifaun, shipment: Shipment) -> Json:
    asked, changed = shipment.asked, shipment.scans[-1].at
    return {
        "href": f"{nshift.root}{_BASE}/shipments/{shipment.id}",
        "id": shipment.id,
        "sndName": asked["sender"].get("name"),
        "rcvName": asked["receiver"].get("name"),
        "rcvZipcode": asked["receiver"].get("zipcode"),
        "serviceId": asked["service"]["id"],
        "shipmentNo": shipment.number,
        "orderNo": shipment.reference or None,
        "reference": asked.get("senderReference"),
        "parcelCount": len(shipment.parcels),
        "parcels": [{"parcelNo": number, "reference": None} for number in shipment.parcels],
        "normalShipment": False,
        "returnShipment": False,
        "consolidated": False,
        "status": shipment.state,
        "created": f"{shipment.created:%Y-%m-%dT%H:%M:%S.000+0000}",
        "changed": f"{changed:%Y-%m-%dT%H:%M:%S.000+0000}",
        "prints": _prints(nshift, shipment),
    }


def _prints(nshift: Unifaun, shipment: Shipment) -> list[Json]:
    return [
        {
            "id": shipment.print_id,
            "description": "Label",
            "data": None,
            "type": shipment.kind,
            "href": f"{nshift.root}{_BASE}/shipments/{shipment.id}/prints/{shipment.print_id}",
        }
    ]


def _error(status: int, code: str, text: str) -> Response:
    return json_response({"code": code, "message": text}, status)
