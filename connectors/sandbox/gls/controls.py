"""What tests and the demo may do to GLS under /_/gls/. Each takes and gives JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import json_response
from connectors.sandbox.gls.parcels import Parcel

if TYPE_CHECKING:
    from connectors.sandbox.gls.api import Gls

controls = Router()


@controls.route("GET", "/parcels")
def list_parcels(gls: Gls, data: Any) -> Any:
    return {"parcels": [_told(parcel) for parcel in gls.parcels]}


@controls.route("POST", "/advance")
def advance(gls: Gls, data: Any) -> Any:
    """{"number": Track ID, parcel number or reference, "steps": 2} moves parcels on, without a number all of them;
    {"status": "NOTDELIVERED"} lets that happen instead."""
    number = str(data.get("number") or "")
    found = gls.parcels.named(number) if number else list(gls.parcels)
    if number and not found:
        return json_response({"error": f"There is no parcel {number}."}, 404)
    for parcel in found:
        for _ in range(int(data.get("steps", 1))):
            parcel.happen(data["status"]) if data.get("status") else parcel.move_on()
    return {"parcels": [_told(parcel) for parcel in found]}


@controls.route("POST", "/apps")
def name_app(gls: Gls, data: Any) -> Any:
    """{"key": "…", "secret": "…"}: from now on only apps that were named may log in, and nobody is logged in."""
    gls.apps[data["key"]] = data["secret"]
    gls.tokens.clear()
    return {"apps": list(gls.apps)}


@controls.route("POST", "/quota")
def set_quota(gls: Gls, data: Any) -> Any:
    """{"left": 0}: how many calls tracking still allows today."""
    gls.calls_left = int(data["left"])
    return {"left": gls.calls_left}


@controls.route("POST", "/refusals")
def hide_refusals(gls: Gls, data: Any) -> Any:
    """{"hidden": true}: ShipIT refuses with status 200, so that only the headers tell."""
    gls.hides_refusals = bool(data["hidden"])
    return {"hidden": gls.hides_refusals}


def _told(parcel: Parcel) -> dict[str, Any]:
    return {
        "track_id": parcel.track_id,
        "number": parcel.number,
        "references": parcel.references,
        "status": parcel.status,
    }
