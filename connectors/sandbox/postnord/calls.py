"""What each call of PostNord's APIs does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.postnord import booking, labels, places, tracking
from connectors.sandbox.postnord.faults import Refused
from connectors.sandbox.postnord.services import ISSUERS
from connectors.sandbox.postnord.shipments import Shipment

if TYPE_CHECKING:
    from connectors.sandbox.postnord.api import PostNord

routes = Router()
_KINDS = ("pdf", "zpl")


@routes.route("GET", "/rest/shipment/v3/edi/labels/manage/health")
def health(postnord: PostNord, request: Request) -> Any:
    return {"status": "UP", "name": "shipment-v3-booking", "detailChecks": []}


@routes.route("GET", "/rest/shipment/v1/validate/customernumber")
def customer_number(postnord: PostNord, request: Request) -> Response:
    known = request.query.get("customerNumber") != "0" and request.query.get("countryCode") in ISSUERS
    return Response(200, b"VALID" if known else b"INVALID", "text/plain")


@routes.route("POST", "/rest/shipment/v3/edi")
def book(postnord: PostNord, request: Request) -> Response:
    document = _document(request)
    if document.get("updateIndicator") == "Deletion":
        return json_response(_taken_back(postnord, document), 201)
    told, _ = _booked(postnord, document, is_return=False)
    return json_response(told, 201)


@routes.route("POST", "/rest/shipment/v3/edi/labels/{kind}")
def book_with_label(postnord: PostNord, request: Request, kind: str) -> Any:
    return _with_label(postnord, request, kind, is_return=False)


@routes.route("POST", "/rest/shipment/v3/returns/edi/labels/{kind}")
def book_return(postnord: PostNord, request: Request, kind: str) -> Any:
    return _with_label(postnord, request, kind, is_return=True)


@routes.route("POST", "/rest/shipment/v3/labels/ids/{kind}")
def label(postnord: PostNord, request: Request, kind: str) -> Any:
    asked = [str(item.get("id") or "") for item in _list(request)]
    pairs = [(shipment, item) for item in asked for shipment in postnord.shipments.named(item)]
    if kind not in _KINDS or len(pairs) != len(asked) or not asked:
        raise Refused("API-010", "An item is not known", ids=",".join(asked))
    return labels.printout(pairs, kind)


@routes.route("GET", "/rest/shipment/v5/trackandtrace/findByIdentifier.json")
def track(postnord: PostNord, request: Request) -> Any:
    return tracking.answer(postnord.shipments.named(request.query.get("id", "")) if postnord.shown else [])


@routes.route("GET", "/rest/shipment/v7/trackandtrace/customernumber/{customer}/reference/{reference}/public")
def track_by_reference(postnord: PostNord, request: Request, customer: str, reference: str) -> Any:
    return tracking.answer(postnord.shipments.referred(customer, reference) if postnord.shown else [])


@routes.route("GET", "/rest/businesslocation/v5/servicepoints/nearest/byaddress")
def points_near(postnord: PostNord, request: Request) -> Any:
    return places.near(request.query)


@routes.route("GET", "/rest/businesslocation/v5/servicepoints/ids")
def points_by_id(postnord: PostNord, request: Request) -> Any:
    return places.by_id(request.query)


@routes.route("GET", "/rest/transport/v1/transittime/getTransitTimeInformation.json")
def transit_time(postnord: PostNord, request: Request) -> Any:
    return places.transit(request.query)


@routes.route("POST", "/rest/shipment/v1/deliveryoptions/bywarehouse")
def delivery_options(postnord: PostNord, request: Request) -> Any:
    return places.delivery_options(_document(request))


def _with_label(postnord: PostNord, request: Request, kind: str, *, is_return: bool) -> Any:
    if kind not in _KINDS:
        raise Refused("API-009", f"There are no labels in {kind}")
    told, shipment = _booked(postnord, _document(request), is_return=is_return)
    pairs = [(shipment, item) for item in shipment.items] if shipment else []
    return {"bookingResponse": told, "labelPrintout": labels.printout(pairs, kind) if pairs else []}


def _booked(postnord: PostNord, document: dict[str, Any], *, is_return: bool) -> tuple[Any, Shipment | None]:
    """Nothing keeps the same booking from being made twice; the ledger notices."""
    asked = booking.read(document)
    problem = booking.problem_of(asked, is_return=is_return)
    if problem is not None:
        return booking.refusal(problem, asked), None
    is_test = document.get("testIndicator") is True
    shipment = postnord.shipments.add(asked, is_test=is_test, is_return=is_return)
    _record(postnord, "book", f"book {shipment.reference or shipment.id}", shipment)
    return booking.confirmation(shipment), shipment


def _taken_back(postnord: PostNord, document: dict[str, Any]) -> Any:
    """In Sweden only, and before anything was handed in."""
    asked = booking.read(document)
    numbers = booking.numbers_of(asked)
    found = [shipment for shipment in postnord.shipments if numbers == shipment.items]
    if asked["parties"]["consignor"]["issuerCode"] != ISSUERS["SE"]:
        return booking.refusal(("BUS-020", "Deletion is not supported for this issuer"), asked)
    if not found:
        return booking.refusal(("BUS-021", "There is no original of this instruction"), asked)
    [shipment] = found
    if len(shipment.events) > 1:
        return booking.refusal(("BUS-022", "The items have been handed in"), asked)
    postnord.shipments.remove(shipment)
    _record(postnord, "cancel", f"cancel {shipment.id}", shipment)
    return booking.confirmation(shipment)


def _record(postnord: PostNord, operation: str, identity: str, shipment: Shipment) -> None:
    postnord.ledger.record(
        vendor=postnord.slug,
        operation=operation,
        identity=identity,
        reference=shipment.reference,
        object=shipment.items[0],
        account=shipment.customer,
    )


def _document(request: Request) -> dict[str, Any]:
    document = _parsed(request)
    if not isinstance(document, dict):
        raise Refused("API-001", "The body is no JSON object")
    return document


def _list(request: Request) -> list[dict[str, Any]]:
    document = _parsed(request)
    if not isinstance(document, list):
        raise Refused("API-001", "The body is no JSON list")
    return document


def _parsed(request: Request) -> Any:
    try:
        return request.json()
    except ValueError as error:
        raise Refused("API-001", f"The body is no JSON: {error}") from None
