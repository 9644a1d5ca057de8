"""What a payment intent is paid with, and the attempt to charge it."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.stripe import charges
from connectors.sandbox.stripe.account import Call, Json
from connectors.sandbox.stripe.cards import Card, by_method, by_number
from connectors.sandbox.stripe.errors import invalid, no_such, wrong_status
from connectors.sandbox.stripe.params import Params


def given_method(call: Call, params: Params) -> str:
    """Id of the payment method that the request names, made on the spot for test cards; "" when it names none."""
    method_id = params.text("payment_method") or ""
    if method_id in call.account.methods:
        return method_id
    card = by_method(method_id) if method_id else _raw_card(params)
    if card is None:
        if method_id:
            raise no_such("PaymentMethod", method_id, "payment_method", status=400)
        return ""
    made = call.new_id("pm")
    call.account.methods[made] = card
    return made


def _raw_card(params: Params) -> Card | None:
    if not params.has("payment_method_data"):
        return None
    data = params.child("payment_method_data", ("type", "card", "billing_details", "metadata"))
    number = data.child("card", ("number", "exp_month", "exp_year", "cvc")).required("number")
    card = by_number(number)
    if card is None:
        raise invalid(
            "Your card number is incorrect.", param=data.full("card[number]"), code="incorrect_number"
        )
    return card


def choose_method(intent: Json, method: str) -> None:
    if method:
        intent |= {"payment_method": method, "status": "requires_confirmation", "last_payment_error": None}


def pay(call: Call, intent: Json, params: Params) -> None:
    """Try to charge: authorised, captured, waiting for the shopper, or declined, which raises."""
    if intent["payment_method"] is None:
        raise wrong_status(intent, "confirmed without a payment method", ("requires_confirmation",))
    card = call.account.methods[intent["payment_method"]]
    if not card.needs_shopper or intent["livemode"]:
        charges.charge(call, intent, card)
    elif params.boolean("error_on_requires_action") or params.has("off_session"):
        charges.decline(call, intent, card, "authentication_required", "authentication_required")
    else:
        _ask_shopper(call, intent, params.text("return_url"))


def _ask_shopper(call: Call, intent: Json, return_url: str | None) -> None:
    page = f"{call.desk.url}/_/stripe/authenticate/{intent['id']}"
    action: dict[str, Any] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    if return_url:
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": page, "return_url": return_url}}
    intent |= {"status": "requires_action", "next_action": action}
    call.emit("payment_intent.requires_action", intent)
