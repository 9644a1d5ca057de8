"""What tests and the demo may do to Bring under /_/bring/. Each takes and gives JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.bring.shipments import Shipment
from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import json_response

if TYPE_CHECKING:
    from connectors.sandbox.bring.api import Bring

controls = Router()


@controls.route("GET", "/shipments")
def list_shipments(bring: Bring, data: Any) -> Any:
    return {"shipments": [_told(shipment) for shipment in bring.shipments]}


@controls.route("POST", "/advance")
def advance(bring: Bring, data: Any) -> Any:
    """{"number": consignment, package or reference, "steps": 2} moves shipments on, without a number all of them;
    {"status": "DEVIATION"} lets that happen instead."""
    number = str(data.get("number") or "")
    found = bring.shipments.named(number) if number else list(bring.shipments)
    if number and not found:
        return json_response({"error": f"There is no shipment {number}."}, 404)
    for shipment in found:
        known = len(shipment.events)
        for _ in range(int(data.get("steps", 1))):
            shipment.happen(data["status"]) if data.get("status") else shipment.move_on()
        for status, moment in shipment.events[known:]:
            bring.event_cast.tell(shipment, status, moment)
    return {"shipments": [_told(shipment) for shipment in found]}


@controls.route("GET", "/eventcast")
def list_webhooks(bring: Bring, data: Any) -> Any:
    """Webhooks that last, and what was sent to those that were registered."""
    told = [webhook.told() for webhook in bring.event_cast.lasting()]
    return {"webhooks": told, "deliveries": list(bring.event_cast.sender.deliveries)}


@controls.route("POST", "/eventcast")
def set_event_cast(bring: Bring, data: Any) -> Any:
    """{"days": 2}: new webhooks last so long; 0 lets them lapse at once. "retries", "wait_ms" and "paused" as for others."""
    bring.event_cast.days = float(data.pop("days", bring.event_cast.days))
    bring.event_cast.sender.configure(**data)
    return {"days": bring.event_cast.days, **bring.event_cast.sender.settings()}


@controls.route("POST", "/tracking")
def show(bring: Bring, data: Any) -> Any:
    """{"shown": false}: Tracking finds nothing, as for some minutes after a booking."""
    bring.shown = bool(data["shown"])
    return {"shown": bring.shown}


@controls.route("POST", "/users")
def name_user(bring: Bring, data: Any) -> Any:
    """{"uid": "ship@example.com", "key": "…"}: from now on only users that were named may call."""
    bring.users[data["uid"]] = data["key"]
    return {"users": list(bring.users)}


def _told(shipment: Shipment) -> dict[str, Any]:
    return {
        "consignment": shipment.consignment,
        "packages": [package.number for package in shipment.packages],
        "reference": shipment.reference,
        "test": shipment.is_test,
        "status": shipment.status,
    }
