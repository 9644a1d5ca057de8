"""What tests and the demo may do to Shipment Server under /_/consignor/. Each takes and gives JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.consignor.shipments import Shipment
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import json_response

if TYPE_CHECKING:
    from connectors.sandbox.consignor.api import Consignor

controls = Router()


@controls.route("GET", "/shipments")
def list_shipments(server: Consignor, data: Any) -> Any:
    return {"shipments": [_told(shipment) for shipment in server.shipments]}


@controls.route("POST", "/advance")
def advance(server: Consignor, data: Any) -> Any:
    """{"number": id, shipment, package or reference, "steps": 2} moves shipments on, without a number all of them;
    {"kind": 18} lets that event happen instead."""
    number = str(data.get("number") or "")
    found = server.shipments.named(number) if number else list(server.shipments)
    if number and not found:
        return json_response({"error": f"There is no shipment {number}."}, 404)
    for shipment in found:
        for _ in range(int(data.get("steps", 1))):
            shipment.happen(int(data["kind"])) if data.get("kind") else shipment.move_on()
    return {"shipments": [_told(shipment) for shipment in found]}


@controls.route("POST", "/history")
def show(server: Consignor, data: Any) -> Any:
    """{"shown": false}: GetShipment finds nothing by an order number."""
    server.shown = bool(data["shown"])
    return {"shown": server.shown}


@controls.route("POST", "/keys")
def name_key(server: Consignor, data: Any) -> Any:
    """{"actor": "63", "key": "…"}: from now on only actors that were named may call."""
    server.keys[data["actor"]] = data["key"]
    return {"keys": list(server.keys)}


def _told(shipment: Shipment) -> dict[str, Any]:
    return {
        "id": shipment.id,
        "shipment": shipment.number,
        "parcels": shipment.parcels,
        "reference": shipment.reference,
        "events": [kind for kind, _ in shipment.events],
    }
