"""What each call of Bring's APIs does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.bring import booking, eventcast, guide, labels, points, tracking
from connectors.sandbox.bring.products import CODES, product
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request, Response, json_response

if TYPE_CHECKING:
    from connectors.sandbox.bring.api import Bring

#: With credentials, and without: links to labels are secrets by themselves.
routes, open_routes = Router(), Router()
_MOST_POINTS = 10
_EVENT_CAST = "/event-cast/api/v1/webhooks"


class Unreadable(Exception):
    """A body that is no JSON object."""


@routes.route("GET", "/booking/api/customers")
def customers(bring: Bring, request: Request) -> Any:
    numbers = (("PARCELS_NORWAY-10000000005", "NO"), ("5", "NO"), ("6", "SE"))
    told = [
        {"name": f"Sandbox {n}", "customerNumber": n, "countryCode": c, "products": list(CODES)}
        for n, c in numbers
    ]
    return {"customers": told}


@routes.route("POST", "/booking/api/booking")
def book(bring: Bring, request: Request) -> Response:
    """Nothing keeps the same booking from being made twice; the ledger notices."""
    asked = _document(request)
    problem = booking.problem_of(asked)
    if problem is not None:
        return booking.refusal(problem, asked)
    [consignment] = asked["consignments"]
    found = product(consignment["product"]["id"])
    to_point = bool(consignment["parties"].get("pickupPoint") or (found and found.to_pickup_point))
    shipment = bring.shipments.add(consignment, is_test=asked["testIndicator"], to_pickup_point=to_point)
    bring.ledger.record(
        vendor=bring.slug,
        operation="book",
        identity=f"book {shipment.reference or shipment.consignment}",
        reference=shipment.reference,
        object=shipment.consignment,
        account=request.headers["x-mybring-api-uid"],
    )
    return booking.confirmation(shipment, bring.root)


@routes.route("POST", "/shippingguide/api/v2/products")
def products(bring: Bring, request: Request) -> Response:
    return guide.answer(_document(request))


@routes.route("GET", "/tracking/api/v2/tracking.json")
def track(bring: Bring, request: Request) -> Any:
    number = request.query.get("q", "")
    if not number:
        return tracking.failed(400, "There is nothing to look for")
    return tracking.answer(bring.shipments.named(number) if bring.shown else [])


@routes.route("GET", "/pickuppoint/api/pickuppoint/{country}/postalCode/{file}")
def pickup_points(bring: Bring, request: Request, country: str, file: str) -> Response:
    most = int(request.query.get("numberOfResponses", _MOST_POINTS))
    return points.near(country, file.removesuffix(".json"), most)


@routes.route("GET", "/pickuppoint/api/pickuppoint/{country}/id/{file}")
def pickup_point(bring: Bring, request: Request, country: str, file: str) -> Response:
    return points.by_id(country, file.removesuffix(".json"))


@routes.route("POST", _EVENT_CAST)
def register_webhook(bring: Bring, request: Request) -> Response:
    return bring.event_cast.register(_user(request), _document(request))


@routes.route("GET", _EVENT_CAST)
def webhooks(bring: Bring, request: Request) -> Response:
    found = bring.event_cast.of(_user(request))
    most = int(request.query.get("limit", len(found)))
    return json_response([webhook.told() for webhook in found[:most]])


@routes.route("GET", f"{_EVENT_CAST}/{{webhook}}")
def one_webhook(bring: Bring, request: Request, webhook: str) -> Response:
    found = [item for item in bring.event_cast.of(_user(request)) if item.id == webhook]
    return json_response(found[0].told()) if found else eventcast.refused(404, "There is no such webhook")


@routes.route("DELETE", f"{_EVENT_CAST}/{{webhook}}")
def remove_webhook(bring: Bring, request: Request, webhook: str) -> Response:
    removed = bring.event_cast.remove(_user(request), webhook)
    return Response(204) if removed else eventcast.refused(404, "There is no such webhook")


@open_routes.route("GET", "/labels/id/{file}")
def label(bring: Bring, request: Request, file: str) -> Response:
    shipment = bring.shipments.of_label(file.removesuffix(".pdf"))
    return (
        labels.redirect(shipment, bring.root)
        if shipment
        else json_response({"message": "No such label"}, 404)
    )


@open_routes.route("GET", "/storage/{file}")
def storage(bring: Bring, request: Request, file: str) -> Response:
    shipment = bring.shipments.of_label(file.removesuffix(".pdf"))
    return labels.stored(shipment, request) if shipment else Response(404, b"<Error/>", "application/xml")


def _user(request: Request) -> str:
    return request.headers["x-mybring-api-uid"]


def _document(request: Request) -> dict[str, Any]:
    try:
        document = request.json()
    except ValueError as error:
        raise Unreadable(f"The body is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise Unreadable("The body is no JSON object")
    return document
