"""What tests and the demo may do to PostNord under /_/postnord/. Each takes and gives JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import json_response
from connectors.sandbox.postnord.shipments import Shipment

if TYPE_CHECKING:
    from connectors.sandbox.postnord.api import PostNord

controls = Router()


@controls.route("GET", "/shipments")
def list_shipments(postnord: PostNord, data: Any) -> Any:
    return {"shipments": [_told(shipment) for shipment in postnord.shipments]}


@controls.route("POST", "/advance")
def advance(postnord: PostNord, data: Any) -> Any:
    """{"number": shipment, item or reference, "steps": 2} moves shipments on, without a number all of them;
    {"status": "DELIVERY_REFUSED"} lets that happen instead."""
    number = str(data.get("number") or "")
    found = [item for item in postnord.shipments if not number or number in {*_names(item)}]
    if number and not found:
        return json_response({"error": f"There is no shipment {number}."}, 404)
    for shipment in found:
        for _ in range(int(data.get("steps", 1))):
            shipment.happen(data["status"]) if data.get("status") else shipment.move_on()
    return {"shipments": [_told(shipment) for shipment in found]}


@controls.route("POST", "/tracking")
def show(postnord: PostNord, data: Any) -> Any:
    """{"shown": false}: tracking finds nothing, as for some time after a booking."""
    postnord.shown = bool(data["shown"])
    return {"shown": postnord.shown}


@controls.route("POST", "/keys")
def name_key(postnord: PostNord, data: Any) -> Any:
    """{"key": "…"}: from now on only keys that were named may call."""
    postnord.keys.add(data["key"])
    return {"keys": len(postnord.keys)}


def _names(shipment: Shipment) -> list[str]:
    return [shipment.id, *shipment.items, *(str(item["referenceNo"]) for item in shipment.references)]


def _told(shipment: Shipment) -> dict[str, Any]:
    return {
        "shipment": shipment.id,
        "items": shipment.items,
        "reference": shipment.reference,
        "test": shipment.is_test,
        "return": shipment.is_return,
        "status": shipment.status,
    }
