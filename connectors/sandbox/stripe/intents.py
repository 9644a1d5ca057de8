"""Payment intents: create, update, confirm, capture, cancel."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.stripe import charges, lists
from connectors.sandbox.stripe.account import Call, Json, now
from connectors.sandbox.stripe.cards import Card, by_method, by_number
from connectors.sandbox.stripe.errors import invalid, no_such, wrong_status
from connectors.sandbox.stripe.params import Params

routes = Router()

_DESCRIPTIVE = (
    "customer",
    "description",
    "on_behalf_of",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_PAYING = (
    "capture_method",
    "error_on_requires_action",
    "mandate",
    "mandate_data",
    "off_session",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
    "radar_options",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "shipping",
    "use_stripe_sdk",
)
_CREATING = (
    *_DESCRIPTIVE,
    *_PAYING,
    "amount",
    "application_fee_amount",
    "automatic_payment_methods",
    "confirm",
    "confirmation_method",
    "currency",
    "metadata",
    "transfer_data",
)
_CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


@routes.route("POST", "/v1/payment_intents")
def create(call: Call) -> Json:
    params = call.params(*_CREATING)
    method = _given_method(call, params)
    confirm = params.boolean("confirm")
    intent = new_intent(call, params.amount("amount"), params.currency("currency"), params)
    _choose_method(intent, method)
    call.account.payment_intents[intent["id"]] = intent
    call.emit("payment_intent.created", intent)
    if confirm:
        _confirm(call, intent, params)
    return intent


def new_intent(call: Call, amount: int, currency: str, params: Params) -> Json:
    """An intent that waits for a payment method, not yet kept."""
    automatic = (
        params.child("automatic_payment_methods", ("enabled", "allow_redirects"))
        if params.has("automatic_payment_methods")
        else None
    )
    intent = call.new("pi", "payment_intent", amount=amount, currency=currency)
    return intent | {
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"enabled": automatic.boolean("enabled")} if automatic else None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.choice("capture_method", _CAPTURE_METHODS, "automatic"),
        "client_secret": f"{intent['id']}_secret_{call.new_id('s')[2:]}",
        "confirmation_method": params.choice("confirmation_method", ("automatic", "manual"), "automatic"),
        "invoice": None,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": params.mapping("metadata"),
        "next_action": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": params.items("payment_method_types") or ["card"],
        "processing": None,
        "review": None,
        "setup_future_usage": params.choice("setup_future_usage", ("on_session", "off_session")),
        "shipping": params.tree.get("shipping"),
        "status": "requires_payment_method",
        "transfer_data": None,
        **{name: params.text(name) for name in _DESCRIPTIVE},
    }


@routes.route("GET", "/v1/payment_intents")
def list_intents(call: Call) -> Json:
    return lists.page(call, call.account.payment_intents, "/v1/payment_intents", "customer")


@routes.route("GET", "/v1/payment_intents/{intent}")
def read(call: Call, intent: str) -> Json:
    if intent not in call.account.payment_intents:
        raise no_such("payment_intent", intent, "intent")
    return call.account.payment_intents[intent]


@routes.route("POST", "/v1/payment_intents/{intent}")
def update(call: Call, intent: str) -> Json:
    found = read(call, intent)
    params = call.params("metadata", "amount", *_DESCRIPTIVE, *_PAYING)
    if params.has("amount"):
        _require(found, "updated", _CONFIRMABLE)
        found["amount"] = params.amount("amount")
    found |= {name: params.text(name) for name in _DESCRIPTIVE if params.has(name)}
    merge_metadata(found, params)
    return found


def merge_metadata(item: Json, params: Params) -> None:
    """Given names are set, names given empty are taken off, the others stay."""
    merged = {**item["metadata"], **params.mapping("metadata")}
    item["metadata"] = {name: value for name, value in merged.items() if value != ""}


@routes.route("POST", "/v1/payment_intents/{intent}/confirm")
def confirm(call: Call, intent: str) -> Json:
    found = read(call, intent)
    params = call.params("client_secret", *_PAYING)
    method = _given_method(call, params)
    _require(found, "confirmed", _CONFIRMABLE)
    _choose_method(found, method)
    found["capture_method"] = params.choice("capture_method", _CAPTURE_METHODS, found["capture_method"])
    _confirm(call, found, params)
    return found


@routes.route("POST", "/v1/payment_intents/{intent}/capture")
def capture(call: Call, intent: str) -> Json:
    found = read(call, intent)
    params = call.params(
        "amount_to_capture",
        "application_fee_amount",
        "metadata",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
    )
    _require(found, "captured", ("requires_capture",))
    amount = params.amount("amount_to_capture", found["amount_capturable"])
    if amount > found["amount_capturable"]:
        message = (
            f"The amount to capture is greater than the {found['amount_capturable']} that can be captured."
        )
        raise invalid(message, param="amount_to_capture", code="amount_too_large")
    merge_metadata(found, params)
    charges.capture(call, found, amount)
    return found


@routes.route("POST", "/v1/payment_intents/{intent}/cancel")
def cancel(call: Call, intent: str) -> Json:
    found = read(call, intent)
    reason = call.params("cancellation_reason").choice("cancellation_reason", _REASONS)
    _require(found, "canceled", _CANCELABLE)
    release(call, found, reason)
    return found


def release(call: Call, intent: Json, reason: str | None) -> None:
    """Cancel; what was reserved goes back to the shopper."""
    reserved = intent["amount_capturable"]
    intent |= {
        "status": "canceled",
        "canceled_at": now(),
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    if reserved:
        charges.release(call, intent, reserved)
        call.record("cancel", intent, reserved, intent["id"])
    call.emit("payment_intent.canceled", intent)


def _require(intent: Json, verb: str, allowed: tuple[str, ...]) -> None:
    if intent["status"] not in allowed:
        raise wrong_status(intent, verb, allowed)


def _given_method(call: Call, params: Params) -> str:
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


def _choose_method(intent: Json, method: str) -> None:
    if method:
        intent |= {"payment_method": method, "status": "requires_confirmation", "last_payment_error": None}


def _confirm(call: Call, intent: Json, params: Params) -> None:
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
