"""Webhooks of an app: which addresses are told, and what of."""

from __future__ import annotations

from connectors.sandbox.core.router import Router
from connectors.sandbox.paypal.checking import Json
from connectors.sandbox.paypal.desk import Call
from connectors.sandbox.paypal.errors import invalid, not_found

routes = Router()

#: What this app's account can send.
EVENT_TYPES = (
    *("CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.COMPLETED"),
    *("PAYMENT.AUTHORIZATION.CREATED", "PAYMENT.AUTHORIZATION.VOIDED", "PAYMENT.CAPTURE.COMPLETED"),
    *("PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.REFUNDED"),
    *("PAYMENT.CAPTURE.REVERSED", "CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED"),
)


@routes.route("GET", "/v1/notifications/webhooks")
def listed(call: Call) -> Json:
    mine = [item for item in call.desk.webhooks.values() if item["account"] in {"", call.account}]
    return {"webhooks": [_shown(item) for item in mine]}


@routes.route("GET", "/v1/notifications/webhooks-event-types")
def event_types(call: Call) -> Json:
    return {"event_types": [{"name": name, "description": name} for name in EVENT_TYPES]}


@routes.route("POST", "/v1/notifications/webhooks")
def create(call: Call) -> Json:
    data = call.data if isinstance(call.data, dict) else {}
    url = data.get("url")
    if not isinstance(url, str) or not url.startswith("https://"):
        raise invalid("INVALID_WEBHOOK_URL", "/url", "The address has to begin with https")
    if any(item["url"] == url for item in call.desk.webhooks.values()):
        raise invalid("WEBHOOK_URL_ALREADY_EXISTS", "/url", "The address is there already")
    made: Json = {"id": call.desk.new_id(), "url": url, "account": call.account, "repeats": 0}
    made["events"] = _events(data.get("event_types"))
    call.desk.webhooks[made["id"]] = made
    return _shown(made)


@routes.route("PATCH", "/v1/notifications/webhooks/{webhook}")
def change(call: Call, webhook: str) -> Json:
    found = _one(call, webhook)
    for step in call.data or []:
        if step.get("op") != "replace" or step.get("path") not in {"/url", "/event_types"}:
            raise invalid("INVALID_PATCH", "/path")
        if step["path"] == "/url":
            found["url"] = step["value"]
        else:
            found["events"] = _events(step["value"])
    return _shown(found)


@routes.route("DELETE", "/v1/notifications/webhooks/{webhook}")
def remove(call: Call, webhook: str) -> None:
    _one(call, webhook)
    del call.desk.webhooks[webhook]


def _events(given: object) -> list[str]:
    names = [item.get("name") for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    if not names or not set(names) <= {*EVENT_TYPES, "*"}:
        raise invalid("VALIDATION_ERROR", "/event_types", "An event is not known")
    return [str(name) for name in names]


def _one(call: Call, webhook: str) -> Json:
    if webhook not in call.desk.webhooks:
        raise not_found()
    return call.desk.webhooks[webhook]


def _shown(item: Json) -> Json:
    types = [{"name": name} for name in item.get("events", ["*"])]
    return {"id": item["id"], "url": item["url"], "event_types": types, "links": []}
