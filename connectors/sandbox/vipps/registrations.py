"""The Webhooks API: who hears of a sales unit's payments."""

from __future__ import annotations

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response, json_response
from connectors.sandbox.vipps.errors import VippsError, invalid
from connectors.sandbox.vipps.posts import EVENTS, Registration
from connectors.sandbox.vipps.unit import Call

routes = Router()

MOST_PER_EVENT = 5


@routes.route("GET", "/webhooks/v1/webhooks")
def listed(call: Call) -> Response:
    found = [
        {"id": item.id, "url": item.url, "events": list(item.events)}
        for item in call.unit.registrations.values()
    ]
    return json_response({"webhooks": found})


@routes.route("POST", "/webhooks/v1/webhooks")
def register(call: Call) -> Response:
    """The only answer that carries the secret."""
    url, events = call.body.get("url"), call.body.get("events")
    if not isinstance(url, str) or not url.startswith("https://"):
        raise invalid(("url", "Must use HTTPS"))
    if not isinstance(events, list) or not events or not set(events) <= set(EVENTS):
        raise invalid(("events", "Must name known events"))
    for event in events:
        if sum(event in item.events for item in call.unit.registrations.values()) >= MOST_PER_EVENT:
            raise invalid(("events", f"{event} has {MOST_PER_EVENT} registrations already"))
    made = Registration(url=url, events=tuple(events))
    call.unit.registrations[made.id] = made
    return json_response({"id": made.id, "secret": made.secret}, 201)


@routes.route("DELETE", "/webhooks/v1/webhooks/{registration}")
def delete(call: Call, registration: str) -> Response:
    if call.unit.registrations.pop(registration, None) is None:
        raise VippsError(404, "Not Found", "There is no such webhook")
    return Response(204)
