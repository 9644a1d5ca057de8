"""What tests and the demo may do to Ingrid under /_/ingrid/. Each takes and gives JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.ingrid.offers import OFFERS, offer
from connectors.sandbox.ingrid.refusals import wrong
from connectors.sandbox.ingrid.sessions import Session

if TYPE_CHECKING:
    from connectors.sandbox.ingrid.api import Ingrid

controls = Router()


@controls.route("GET", "/sessions")
def list_sessions(ingrid: Ingrid, data: Any) -> Any:
    return {"sessions": [_told(session) for session in ingrid.sessions]}


@controls.route("POST", "/choose")
def choose(ingrid: Ingrid, data: Any) -> Any:
    """{"session": id, "product": "home-delivery"}: the shopper chooses in the widget."""
    found = offer(str(data.get("product") or ""))
    if found is None:
        raise wrong(f"product: choose one of {', '.join(item.code for item in OFFERS)}")
    session = ingrid.sessions.of(data.get("session"))
    session.choose(found)
    return _told(session)


@controls.route("POST", "/forget")
def forget(ingrid: Ingrid, data: Any) -> Any:
    """{"session": id}: it has lapsed and is not known any more."""
    ingrid.sessions.forget(str(data.get("session") or ""))
    return {}


@controls.route("POST", "/coverage")
def cover(ingrid: Ingrid, data: Any) -> Any:
    """{"home": false}: no carrier comes to the door, so completing such a choice falls back to another delivery."""
    ingrid.covers_home = bool(data["home"])
    return {"home": ingrid.covers_home}


@controls.route("POST", "/keys")
def name_key(ingrid: Ingrid, data: Any) -> Any:
    """{"key": "…"}: from now on only keys that were named may call."""
    ingrid.keys.add(str(data["key"]))
    return {"keys": len(ingrid.keys)}


def _told(session: Session) -> dict[str, Any]:
    return {
        "session": session.id,
        "complete": session.is_complete,
        "product": session.selected.code,
        "order_number": session.external_id,
        "tos_id": session.order,
    }
