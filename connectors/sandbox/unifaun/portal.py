"""The nShift portal: its login, Checkout's options with prices, and Shipment Data."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from uuid import uuid4

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.unifaun.shipments import Scan, Shipment

if TYPE_CHECKING:
    from connectors.sandbox.unifaun.api import Unifaun

Json = dict[str, Any]

login, portal = Router(), Router()
_OPTIONS = (("P19", "MyPack Collect", "PLAB", 59, 6, True), ("P17", "MyPack Home", "PLAB", 119, 9, False))
_SHIPMENTS = "/track/shipmentdata/Operational/Shipments"


@login.route("POST", "/idp/connect/token")
def token(nshift: Unifaun, request: Request) -> Response:
    asked = parse_qs(request.body.decode())
    if asked.get("grant_type") != ["client_credentials"] or not asked.get("client_secret"):
        return json_response({"error": "invalid_client"}, 400)
    return json_response({"access_token": nshift.new_token(), "expires_in": 3600, "token_type": "Bearer"})


@portal.route("POST", "/checkout/options/v1/sessions/{connection}")
def session(nshift: Unifaun, request: Request, connection: str) -> Any:
    number = str(uuid4())
    nshift.sessions.add(number)
    return {"sessionId": number, "checkoutConfigurationId": f"configuration-{connection}"}


@portal.route("POST", "/checkout/options/v1/shipping-options/{number}")
def options(nshift: Unifaun, request: Request, number: str) -> Any:
    asked = request.json()
    if number not in nshift.sessions:
        return json_response({"code": "SESSION_EXPIRED", "message": "The session has expired"}, 400)
    if not asked.get("receiver", {}).get("postalCode") or not asked.get("currencyCode"):
        return json_response({"code": "INVALID", "message": "receiver and currencyCode are needed"}, 400)
    return {"options": [_option(asked, *entry) for entry in _OPTIONS]}


@portal.route("POST", f"{_SHIPMENTS}/ByOrderNumber")
def search(nshift: Unifaun, request: Request) -> Any:
    asked = request.json()
    begin, end = (datetime.fromisoformat(asked[name]) for name in ("startDate", "endDate"))
    if end - begin > timedelta(days=31):
        return json_response({"code": "INVALID", "message": "At most 31 days"}, 400)
    return [
        {"uuid": item.uuid, "orderNumber": item.reference}
        for item in nshift.shipments
        if asked["query"] in item.reference and begin <= item.created < end + timedelta(seconds=1)
    ]


@portal.route("GET", f"{_SHIPMENTS}/{{uuid}}")
def shipment(nshift: Unifaun, request: Request, uuid: str) -> Any:
    found = next((item for item in nshift.shipments if item.uuid == uuid), None)
    return _data(found) if found else json_response({"code": "NOT_FOUND", "message": "Unknown"}, 404)


def _option(
    asked: Json, product: str, name: str, carrier: str, start: int, per_kg: int, at_point: bool
) -> Json:
    receiver, weight = asked["receiver"], Decimal(str(asked["totalWeightKg"]))
    return {
        "valid": weight <= 35,
        "optionId": f"option-{product}",
        "name": name,
        "price": float(start + per_kg * weight),
        "sourceSystemCarrierId": carrier,
        "sourceSystemProductId": product,
        "carrierProductSourceSystem": "DELIVERY",
        "deliveryTime": {"description": "1-3 working days"},
        "pickupPoints": [_point(receiver, number) for number in (1, 2)] if at_point else None,
    }


def _point(receiver: Json, number: int) -> Json:
    """The same places as the agents of nShift Delivery."""
    return {
        "pickupPointId": f"{receiver['postalCode']}{number}",
        "name": f"{('Corner shop', 'Station kiosk')[number - 1]} {receiver['postalCode']}",
        "address1": f"Main Street {number}",
        "postalCode": receiver["postalCode"],
        "city": "SANDVIK",
        "countryCode": receiver["country"],
    }


def _data(found: Shipment) -> Json:
    first, *rest = found.scans
    packages = [
        {"number": number, "events": [_event(scan, f"-{place}") for scan in rest]}
        for place, number in enumerate(found.parcels, start=1)
    ]
    return {
        "uuid": found.uuid,
        "orderNumber": found.reference,
        "events": [_event(first)],
        "lines": [{"packages": packages}],
    }


def _event(scan: Scan, mark: str = "") -> Json:
    return {
        "uuid": f"{scan.uuid}{mark}",
        "normalizedStatusId": scan.status,
        "normalizedStatusName": scan.name,
        "date": scan.at.isoformat(),
        "configurationName": scan.name,
    }
