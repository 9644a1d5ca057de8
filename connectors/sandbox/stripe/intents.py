"""Payment intents: create, update, confirm, capture, cancel."""

from __future__ import annotations

from connectors.sandbox.core.router import Router
from connectors.sandbox.stripe import charges, lists, making, paying
from connectors.sandbox.stripe.account import Call, Json, now
from connectors.sandbox.stripe.errors import invalid, no_such, wrong_status
from connectors.sandbox.stripe.params import Params

routes = Router()

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
    params = call.params(*making.CREATING)
    method = paying.given_method(call, params)
    confirm = params.boolean("confirm")
    intent = making.new_intent(call, params.amount("amount"), params.currency("currency"), params)
    paying.choose_method(intent, method)
    call.account.payment_intents[intent["id"]] = intent
    call.emit("payment_intent.created", intent)
    if confirm:
        paying.pay(call, intent, params)
    return intent


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
    params = call.params("metadata", "amount", *making.DESCRIPTIVE, *making.PAYING)
    if params.has("amount"):
        _require(found, "updated", _CONFIRMABLE)
        found["amount"] = params.amount("amount")
    found |= {name: params.text(name) for name in making.DESCRIPTIVE if params.has(name)}
    merge_metadata(found, params)
    return found


def merge_metadata(item: Json, params: Params) -> None:
    """Given names are set, names given empty are taken off, the others stay."""
    merged = {**item["metadata"], **params.mapping("metadata")}
    item["metadata"] = {name: value for name, value in merged.items() if value != ""}


@routes.route("POST", "/v1/payment_intents/{intent}/confirm")
def confirm(call: Call, intent: str) -> Json:
    found = read(call, intent)
    params = call.params("client_secret", *making.PAYING)
    method = paying.given_method(call, params)
    _require(found, "confirmed", _CONFIRMABLE)
    found["capture_method"] = params.choice("capture_method", making.CAPTURE_METHODS, found["capture_method"])
    paying.choose_method(found, method)
    paying.pay(call, found, params)
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
