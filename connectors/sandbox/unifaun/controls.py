"""What tests and the demo may do to nShift Delivery under /_/unifaun/. Each takes and gives JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import json_response
from connectors.sandbox.unifaun.shipments import Shipment

if TYPE_CHECKING:
    from connectors.sandbox.unifaun.api import Unifaun

controls = Router()


@controls.route("GET", "/shipments")
def list_shipments(nshift: Unifaun, data: Any) -> Any:
    return {"shipments": [_told(shipment) for shipment in nshift.shipments]}


@controls.route("POST", "/advance")
def advance(nshift: Unifaun, data: Any) -> Any:
    """{"number": id, shipment, parcel or reference, "steps": 2} moves shipments on, without a number all of them;
    {"status": "RETURNED"} or {"status": "DEVIATION"} lets that happen instead."""
    number = str(data.get("number") or "")
    found = nshift.shipments.named(number) if number else list(nshift.shipments)
    if number and not found:
        return json_response({"error": f"There is no shipment {number}."}, 404)
    for shipment in found:
        for _ in range(int(data.get("steps", 1))):
            shipment.aside(data["status"]) if data.get("status") else shipment.move_on()
    return {"shipments": [_told(shipment) for shipment in found]}


@controls.route("POST", "/lapse")
def lapse(nshift: Unifaun, data: Any) -> Any:
    """All documents are gone, as an hour after booking."""
    for shipment in nshift.shipments:
        shipment.lapsed = True
    return {"shipments": [_told(shipment) for shipment in nshift.shipments]}


@controls.route("POST", "/history")
def show(nshift: Unifaun, data: Any) -> Any:
    """{"shown": false}: the history finds nothing."""
    nshift.shown = bool(data["shown"])
    return {"shown": nshift.shown}


@controls.route("POST", "/keys")
def name_key(nshift: Unifaun, data: Any) -> Any:
    """{"id": "…", "secret": "…"}: from now on only keys that were named may call."""
    nshift.keys[data["id"]] = data["secret"]
    return {"keys": list(nshift.keys)}


def _told(shipment: Shipment) -> dict[str, Any]:
    return {
        "id": shipment.id,
        "shipment": shipment.number,
        "parcels": shipment.parcels,
        "reference": shipment.reference,
        "test": bool(shipment.asked.get("test")),
        "status": shipment.state,
    }
