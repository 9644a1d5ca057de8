"""Charges: where money is reserved, taken and released. Each such act is an entry in the ledger."""

from __future__ import annotations

from typing import Never

from connectors.sandbox.core.router import Router
from connectors.sandbox.stripe.account import Call, Json
from connectors.sandbox.stripe.cards import Card
from connectors.sandbox.stripe.errors import StripeError, no_such

routes = Router()

_MESSAGES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


@routes.route("GET", "/v1/charges/{charge}")
def read(call: Call, charge: str) -> Json:
    if charge not in call.account.charges:
        raise no_such("charge", charge, "id")
    return call.account.charges[charge]


def charge(call: Call, intent: Json, card: Card) -> None:
    """Reserve the intent's amount, and take it at once unless it is to be captured by hand. Raises StripeError."""
    if intent["livemode"]:
        decline(call, intent, card, "card_declined", "live_mode_test_card")
    if card.code:
        decline(call, intent, card, card.code, card.decline_code)
    made = _new_charge(call, intent, card)
    intent |= {"latest_charge": made["id"], "next_action": None, "last_payment_error": None}
    call.record("authorize", intent, intent["amount"], intent["id"])
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        call.emit("charge.succeeded", made)
        call.emit("payment_intent.amount_capturable_updated", intent)
    else:
        _take(call, intent, made, intent["amount"])
        call.emit("charge.succeeded", made)
        call.emit("payment_intent.succeeded", intent)


def capture(call: Call, intent: Json, amount: int) -> None:
    """Take what was reserved, once; the rest goes back to the shopper and counts as refunded on the charge."""
    made = call.account.charges[intent["latest_charge"]]
    made["amount_refunded"] = made["amount"] - amount
    _take(call, intent, made, amount)
    call.emit("charge.captured", made)
    call.emit("payment_intent.succeeded", intent)


def _take(call: Call, intent: Json, made: Json, amount: int) -> None:
    made |= {"captured": True, "amount_captured": amount}
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    call.record("capture", intent, amount, intent["id"])


def release(call: Call, intent: Json, amount: int) -> None:
    made = call.account.charges[intent["latest_charge"]]
    made |= {"amount_refunded": amount, "refunded": True}


def decline(call: Call, intent: Json, card: Card, code: str, decline_code: str) -> Never:
    """Note the failed charge on the intent, which then needs another payment method, and raise the card error."""
    message = _MESSAGES[code]
    failed = _new_charge(call, intent, card)
    failed |= {"status": "failed", "paid": False, "failure_code": code, "failure_message": message}
    failed["outcome"] = _outcome("declined_by_network", decline_code or code, message)
    details = {"code": code, "decline_code": decline_code, "charge": failed["id"]}
    error = {"type": "card_error", "message": message, **{k: v for k, v in details.items() if v}}
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "latest_charge": failed["id"],
        "last_payment_error": error,
    }
    call.emit("charge.failed", failed)
    call.emit("payment_intent.payment_failed", intent)
    raise StripeError(402, "card_error", message, executed=True, **details, payment_intent=intent)


def _new_charge(call: Call, intent: Json, card: Card) -> Json:
    made = call.new("ch", "charge", amount=intent["amount"], currency=intent["currency"])
    made |= {
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": dict.fromkeys(_ADDRESS), "email": None, "name": None, "phone": None},
        "captured": False,
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "invoice": None,
        "metadata": dict(intent["metadata"]),
        "outcome": _outcome("approved_by_network", None, "Payment complete."),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": {"type": "card", "card": _card_details(card)},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "succeeded",
    }
    call.account.charges[made["id"]] = made
    call.account.cards[made["id"]] = card
    return made


_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def _outcome(network_status: str, reason: str | None, message: str) -> Json:
    return {
        "network_status": network_status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": "authorized" if reason is None else "issuer_declined",
    }


def _card_details(card: Card) -> Json:
    return {
        "brand": card.brand,
        "checks": None,
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"card{card.last4}",
        "funding": "credit",
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "network": card.brand,
        "three_d_secure": None,
        "wallet": None,
    }
