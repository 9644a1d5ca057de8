"""What shoppers, banks and time do to payments: the control API under /_/stripe/."""

from __future__ import annotations

import html

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response, json_response
from connectors.sandbox.stripe import charges, endpoints, intents, refunds, sessions
from connectors.sandbox.stripe.account import Call, Json
from connectors.sandbox.stripe.cards import Card, by_method
from connectors.sandbox.stripe.errors import invalid

routes = Router()

_PAGE = """<!DOCTYPE html><html><head><title>Sandbox</title></head><body><h1>{title}</h1><p>{text}</p>
<form method="post">{buttons}</form></body></html>"""


@routes.route("GET", "/pay/{item}")
def payment_page(call: Call, item: str) -> Response:
    session = sessions.read(call, item)
    amount = f"{session['amount_total']} {session['currency'].upper()} (minor units)"
    cards = {"pm_card_visa": "Pay", "pm_card_chargeDeclined": "Pay with a card that is declined"}
    return _page("Checkout", amount, "payment_method", cards)


@routes.route("POST", "/pay/{item}")
def pay(call: Call, item: str) -> Response:
    """Pay a checkout session as a shopper would: {"payment_method": "pm_card_visa", "email": "…"}, both optional."""
    method = call.tree.get("payment_method", "pm_card_visa")
    card = by_method(method)
    if card is None:
        raise invalid(f"No test card is called {method}.", param="payment_method")
    session = sessions.pay(call, item, card, call.tree.get("email", "shopper@example.com"))
    return _back(session, session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


@routes.route("GET", "/authenticate/{item}")
def authentication_page(call: Call, item: str) -> Response:
    intent = intents.read(call, item)
    return _page("3D Secure", intent["status"], "outcome", {"succeed": "Complete", "fail": "Fail"})


@routes.route("POST", "/authenticate/{item}")
def authenticate(call: Call, item: str) -> Response:
    """Answer the bank's question: {"outcome": "succeed"} or {"outcome": "fail"}."""
    intent = intents.read(call, item)
    if intent["status"] != "requires_action":
        raise invalid(
            f"The payment intent does not wait for the shopper; it has a status of {intent['status']}."
        )
    return_url = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
    if call.tree.get("outcome", "succeed") == "succeed":
        charges.charge(call, intent, Card(last4=call.account.methods[intent["payment_method"]].last4))
    else:
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "next_action": None,
            "last_payment_error": {
                "type": "invalid_request_error",
                "code": "payment_intent_authentication_failure",
                "message": "The provided PaymentMethod has failed authentication.",
            },
        }
        call.emit("payment_intent.payment_failed", intent)
    return _back(intent, return_url)


@routes.route("POST", "/lapse/{item}")
def lapse(call: Call, item: str) -> Json:
    """The days of a reservation are over: Stripe cancels the intent by itself."""
    intent = intents.read(call, item)
    if intent["status"] != "requires_capture":
        raise invalid(f"Nothing is reserved; the payment intent has a status of {intent['status']}.")
    intents.release(call, intent, "automatic")
    call.emit("charge.expired", call.account.charges[intent["latest_charge"]])
    return intent


@routes.route("POST", "/end_refund/{item}")
def end_refund(call: Call, item: str) -> Json:
    """The bank's last word on a refund; see cards.Card.refund."""
    return refunds.end(call, refunds.read(call, item))


@routes.route("POST", "/deliver/{item}")
def deliver(call: Call, item: str) -> Json:
    """Send an event once more, or {"times": 3}: deliveries may repeat and come late."""
    event = endpoints.read_event(call, item)
    for _ in range(int(call.tree.get("times", 1))):
        call.send(event)
    return event


def _page(title: str, text: str, name: str, choices: dict[str, str]) -> Response:
    buttons = "".join(
        f'<button name="{name}" value="{html.escape(value)}">{html.escape(label)}</button>'
        for value, label in choices.items()
    )
    body = _PAGE.format(title=html.escape(title), text=html.escape(text), buttons=buttons)
    return Response(200, body.encode(), "text/html; charset=utf-8")


def _back(item: Json, url: str | None) -> Response:
    """The object, and where a browser goes on to."""
    return json_response(item, 303, Location=url) if url else json_response(item)


def desk_control(call: Call, path: str) -> Json | None:
    """Controls that concern no single object; None for an unknown one.

    webhooks: {"retries": 3, "wait_ms": 200, "paused": true} sets how deliveries go; deliveries: what was tried so far.
    """
    sender = call.desk.sender
    if path == "/webhooks":
        sender.configure(**call.tree)
        return sender.settings()
    if path == "/deliveries":
        return {"deliveries": list(sender.deliveries)}
    return None
