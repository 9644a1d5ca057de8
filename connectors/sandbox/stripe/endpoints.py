"""Webhook endpoints and the events that are sent to them."""

from __future__ import annotations

import secrets

from connectors.sandbox.core.router import Router
from connectors.sandbox.stripe import lists
from connectors.sandbox.stripe.account import Call, Json, whole_event
from connectors.sandbox.stripe.errors import invalid, missing, no_such
from connectors.sandbox.stripe.params import Params

routes = Router()


@routes.route("POST", "/v1/webhook_endpoints")
def create(call: Call) -> Json:
    """The only answer that carries the signing secret."""
    params = call.params("api_version", "connect", "description", "enabled_events", "metadata", "url")
    endpoint = call.new(
        "we",
        "webhook_endpoint",
        api_version=params.text("api_version"),
        application=None,
        description=params.text("description"),
        enabled_events=_events(params),
        metadata=params.mapping("metadata"),
        status="enabled",
        url=_url(params),
    )
    call.account.endpoints[endpoint["id"]] = endpoint
    call.account.secrets[endpoint["id"]] = f"whsec_{secrets.token_hex(16)}"
    return endpoint | {"secret": call.account.secrets[endpoint["id"]]}


def _events(params: Params) -> list[str]:
    events = params.items("enabled_events")
    if not events:
        raise missing("enabled_events")
    return events


def _url(params: Params) -> str:
    url = params.required("url")
    if not url.startswith(("http://", "https://")):
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", param="url")
    return url


@routes.route("GET", "/v1/webhook_endpoints")
def list_endpoints(call: Call) -> Json:
    return lists.page(call, call.account.endpoints, "/v1/webhook_endpoints")


@routes.route("GET", "/v1/webhook_endpoints/{endpoint}")
def read(call: Call, endpoint: str) -> Json:
    if endpoint not in call.account.endpoints:
        raise no_such("webhook endpoint", endpoint, "webhook_endpoint")
    return call.account.endpoints[endpoint]


@routes.route("POST", "/v1/webhook_endpoints/{endpoint}")
def update(call: Call, endpoint: str) -> Json:
    found = read(call, endpoint)
    params = call.params("description", "disabled", "enabled_events", "metadata", "url")
    if params.has("url"):
        found["url"] = _url(params)
    if params.has("enabled_events"):
        found["enabled_events"] = _events(params)
    if params.has("disabled"):
        found["status"] = "disabled" if params.boolean("disabled") else "enabled"
    if params.has("description"):
        found["description"] = params.text("description")
    found["metadata"] |= params.mapping("metadata")
    return found


@routes.route("DELETE", "/v1/webhook_endpoints/{endpoint}")
def delete(call: Call, endpoint: str) -> Json:
    read(call, endpoint)
    del call.account.endpoints[endpoint]
    return {"id": endpoint, "object": "webhook_endpoint", "deleted": True}


@routes.route("GET", "/v1/events")
def list_events(call: Call) -> Json:
    found = lists.page(call, call.account.events, "/v1/events", "type")
    return found | {"data": [whole_event(event) for event in found["data"]]}


@routes.route("GET", "/v1/events/{event}")
def read_event(call: Call, event: str) -> Json:
    if event not in call.account.events:
        raise no_such("event", event, "id")
    return whole_event(call.account.events[event])
