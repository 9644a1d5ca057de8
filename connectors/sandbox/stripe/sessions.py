"""Hosted checkout: sessions that a shopper pays on a page of Stripe's."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.stripe import charges, lists, making
from connectors.sandbox.stripe.account import Call, Json, now
from connectors.sandbox.stripe.cards import Card
from connectors.sandbox.stripe.errors import invalid, missing, no_such
from connectors.sandbox.stripe.params import Params

routes = Router()

_CREATING = (
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "currency",
    "customer",
    "customer_creation",
    "customer_email",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_types",
    "submit_type",
    "success_url",
)
_INTENT_DATA = (
    "capture_method",
    "description",
    "metadata",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_PRICE = ("currency", "product", "product_data", "tax_behavior", "unit_amount", "unit_amount_decimal")
_HOUR = 3600


@routes.route("POST", "/v1/checkout/sessions")
def create(call: Call) -> Json:
    params = call.params(*_CREATING)
    if params.choice("mode", ("payment",)) is None:
        raise missing("mode")
    data = params.child("payment_intent_data", _INTENT_DATA)
    amount, currency = _total(params)
    making.new_intent(call, amount, currency, data)
    session = _new_session(call, params, amount, currency)
    call.account.sessions[session["id"]] = session
    call.account.session_data[session["id"]] = dict(data.tree)
    return session


def _total(params: Params) -> tuple[int, str]:
    """Sum of the line items in minor units, and their one currency."""
    lines = [_line(params, str(index), tree) for index, tree in enumerate(params.items("line_items"))]
    if not lines:
        raise missing("line_items")
    currencies = {currency for _, currency in lines}
    if len(currencies) > 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    return sum(amount for amount, _ in lines), currencies.pop()


def _line(params: Params, index: str, tree: Any) -> tuple[int, str]:
    path = f"{params.full('line_items')}[{index}]"
    line = Params(
        tree if isinstance(tree, dict) else {}, ("price_data", "quantity", "adjustable_quantity"), path
    )
    if not line.has("price_data"):
        raise missing(line.full("price_data"))
    price = line.child("price_data", _PRICE)
    price.child("product_data", ("name", "description", "images", "metadata", "tax_code")).required("name")
    return price.amount("unit_amount") * line.amount("quantity"), price.currency("currency")


def _new_session(call: Call, params: Params, amount: int, currency: str) -> Json:
    session = call.new("cs_live" if call.account.livemode else "cs_test", "checkout.session")
    types = params.items("payment_method_types") or ["card"]
    return session | {
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "status": None},
        "billing_address_collection": params.text("billing_address_collection"),
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id", longest=200),
        "consent": None,
        "consent_collection": None,
        "currency": currency,
        "custom_fields": [],
        "custom_text": {"shipping_address": None, "submit": None},
        "customer": params.text("customer"),
        "customer_creation": "if_required",
        "customer_details": None,
        "customer_email": params.text("customer_email"),
        "expires_at": _expiry(params),
        "invoice": None,
        "locale": params.text("locale"),
        "metadata": params.mapping("metadata"),
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "always",
        "payment_method_options": {},
        "payment_method_types": types,
        "payment_status": "unpaid",
        "setup_intent": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.text("submit_type"),
        "subscription": None,
        "success_url": params.required("success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "url": f"{call.desk.url}/_/stripe/pay/{session['id']}",
    }


def _expiry(params: Params) -> int:
    """Seconds since the epoch; by default after a day, which is also the longest."""
    latest = now() + 24 * _HOUR
    expiry = params.integer("expires_at", latest) or 0
    if not now() + _HOUR // 2 - 60 <= expiry <= latest + 60:
        raise invalid("expires_at must be between 30 minutes and 24 hours from now.", param="expires_at")
    return expiry


@routes.route("GET", "/v1/checkout/sessions")
def list_sessions(call: Call) -> Json:
    return lists.page(call, call.account.sessions, "/v1/checkout/sessions", "payment_intent", "customer")


@routes.route("GET", "/v1/checkout/sessions/{session}")
def read(call: Call, session: str) -> Json:
    if session not in call.account.sessions:
        raise no_such("checkout.session", session, "session")
    return call.account.sessions[session]


@routes.route("POST", "/v1/checkout/sessions/{session}/expire")
def expire(call: Call, session: str) -> Json:
    found = read(call, session)
    _require_open(found)
    found |= {"status": "expired", "url": None}
    call.emit("checkout.session.expired", found)
    return found


def pay(call: Call, session: str, card: Card, email: str) -> Json:
    """What happens when the shopper presses "pay": the intent is made and charged. Raises StripeError for a decline."""
    found = read(call, session)
    _require_open(found)
    data = Params(call.account.session_data[session], _INTENT_DATA)
    intent = making.new_intent(call, found["amount_total"], found["currency"], data)
    intent["payment_method"] = call.new_id("pm")
    call.account.methods[intent["payment_method"]] = card
    call.account.payment_intents[intent["id"]] = intent
    call.emit("payment_intent.created", intent)
    charges.charge(call, intent, card)
    paid = intent["status"] == "succeeded"
    found |= {
        "payment_intent": intent["id"],
        "status": "complete",
        "payment_status": "paid" if paid else "unpaid",
        "url": None,
        "customer_details": {
            "email": email,
            "name": None,
            "phone": None,
            "address": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    call.emit("checkout.session.completed", found)
    return found


def _require_open(session: Json) -> None:
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can do this; it has a status of {session["status"]}.'
        raise invalid(message, param="session", executed=True)
