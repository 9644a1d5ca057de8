"""What shoppers, reviewers, merchants and time do: the control API under /_/paypal/."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Request, Response, json_response
from connectors.sandbox.paypal import orders, payments
from connectors.sandbox.paypal.checking import Json, check_order
from connectors.sandbox.paypal.desk import Call, Desk, later, shown

routes = Router()

_PAGE = """<!DOCTYPE html><html><head><title>Sandbox</title></head><body><h1>PayPal</h1><p>{text}</p>
<form method="post">{buttons}</form></body></html>"""
_CHOICES = {"": "Pay", "declined": "Pay with an account that is refused", "cancel": "Cancel and go back"}


@routes.route("GET", "/pay/{order}")
def page(desk: Desk, request: Request, order: str) -> Response:
    amount = desk.order_of(order, "")["purchase_units"][0]["amount"]
    text = html.escape(f"{amount['value']} {amount['currency_code']}")
    buttons = "".join(
        f'<button name="instrument" value="{value}">{label}</button>' for value, label in _CHOICES.items()
    )
    body = _PAGE.format(text=text, buttons=buttons).encode()
    return Response(200, body, "text/html; charset=utf-8")


@routes.route("POST", "/pay/{order}")
def pay(desk: Desk, request: Request, order: str) -> Response:
    """Approve an order: {"instrument": ""}, or one of declined, poor, confirm, review, slow; cancel goes back.

    With "review" the authorisation is pending, with "slow" captures and refunds are; see `end`.
    """
    found, instrument = desk.order_of(order, ""), _instrument(request)
    if instrument == "cancel":
        return _back(found, found.get("_context", {}).get("cancel_url"))
    if found["status"] == "COMPLETED":
        raise ValueError("The order has been paid already")
    return _back(approve(desk, found, instrument), found.get("_context", {}).get("return_url"))


def approve(desk: Desk, order: Json, instrument: str) -> Json:
    order["status"], desk.instruments[order["id"]] = "APPROVED", instrument
    self_link = order["links"][0]
    order["links"] = [self_link, {**self_link, "href": f"{self_link['href']}/authorize", "method": "POST"}]
    order["links"][1]["rel"] = "authorize"
    desk.emit("CHECKOUT.ORDER.APPROVED", "checkout-order", order, order)
    return order


@routes.route("POST", "/button")
def button(desk: Desk, request: Request) -> Json:
    """An order of the shop's own page, approved: {"amount": "398.00", "currency": "NOK", "instrument": "", "intent":
    "AUTHORIZE", "unit": {further fields}}. Its id is the token of a payment."""
    data = request.json()
    unit = {"amount": {"currency_code": data.get("currency", "NOK"), "value": data["amount"]}}
    order = {
        "intent": data.get("intent", "AUTHORIZE"),
        "purchase_units": [{**unit, **data.get("unit", {})}],
    }
    check_order(order)
    made = orders.new_order(desk, data.get("client_id", ""), order)
    return shown(approve(desk, made, data.get("instrument", "")))


@routes.route("POST", "/end/{item}")
def end(desk: Desk, request: Request, item: str) -> Json:
    """The end of what is pending: {"well": true} or {"well": false}."""
    kind = desk.places[item][0]
    order, found = desk.item_of(kind, item)
    payments.end(desk, kind, order, found, well=request.json().get("well", True))
    return shown(found)


@routes.route("POST", "/lapse/{order}")
def lapse(desk: Desk, request: Request, order: str) -> Json:
    """The 29 days are over."""
    found = desk.order_of(order, "")
    [authorization] = found["purchase_units"][0]["payments"]["authorizations"]
    authorization["expiration_time"] = later(-timedelta(minutes=1))
    payments.release(desk, found, authorization)
    return shown(found)


@routes.route("POST", "/refund/{capture}")
def refund(desk: Desk, request: Request, capture: str) -> Json:
    """The merchant refunds on PayPal's own pages: {"amount": {"currency_code": "NOK", "value": "10.00"}}, or {}."""
    order, _ = desk.item_of("captures", capture)
    return payments.refund(Call(desk, desk.owners[order["id"]], request.json()), capture)


@routes.route("POST", "/dispute/{capture}")
def dispute(desk: Desk, request: Request, capture: str) -> Json:
    order, found = desk.item_of("captures", capture)
    transaction = {"seller_transaction_id": capture, "custom": found.get("custom_id", "")}
    item = {
        "dispute_id": f"PP-D-{capture[:5]}",
        "disputed_transactions": [transaction],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "dispute_amount": found["amount"],
        "seller_response_due_date": later(timedelta(days=10)),
    }
    return desk.emit("CUSTOMER.DISPUTE.CREATED", "dispute", order, item)


@routes.route("POST", "/webhook")
def set_webhook(desk: Desk, request: Request) -> Json:
    """{"url": …, "id": …, "client_id": …, "repeats": 2, "retries": 3, "wait_ms": 200, "paused": true}, all but url optional.

    Without client_id it gets the events of every account; the answer's id goes into WebhookId.
    """
    data = request.json()
    webhook_id = data.pop("id", "") or desk.new_id()
    known = desk.webhooks.get(webhook_id, {"id": webhook_id, "url": "", "account": "", "repeats": 0})
    account = data.pop("client_id", known["account"])
    known |= {name: data.pop(name) for name in ("url", "repeats") if name in data} | {"account": account}
    desk.sender.configure(**data)
    desk.webhooks[webhook_id] = known
    return {**known, **desk.sender.settings()}


@routes.route("GET", "/deliveries")
def deliveries(desk: Desk, request: Request) -> Json:
    return {"deliveries": list(desk.sender.deliveries)}


@routes.route("POST", "/deliver/{event}")
def deliver(desk: Desk, request: Request, event: str) -> Json:
    """Send an event once more, or {"times": 3}."""
    found = desk.events[event]
    for _ in range(int(request.json().get("times", 1))):
        desk.send(found, "")
    return found


@routes.route("GET", "/events")
def events(desk: Desk, request: Request) -> Json:
    return {"events": list(desk.events.values())}


@routes.route("POST", "/forget_keys")
def forget_keys(desk: Desk, request: Request) -> Json:
    """The time for which request ids are kept is over."""
    desk.kept.clear()
    return {}


@routes.route("POST", "/expire_tokens")
def expire_tokens(desk: Desk, request: Request) -> Json:
    desk.tokens.clear()
    return {}


def _instrument(request: Request) -> str:
    """JSON from programs, a form from the browser page."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return request.body.decode().partition("instrument=")[2].partition("&")[0]
    data: Any = request.json()
    return str(data.get("instrument", ""))


def _back(order: Json, url: str | None) -> Response:
    """The order, and where a browser goes on to."""
    joint = "&" if url and "?" in url else "?"
    headers = {"Location": f"{url}{joint}token={order['id']}"} if url else {}
    return json_response(shown(order), 303 if url else 200, **headers)
