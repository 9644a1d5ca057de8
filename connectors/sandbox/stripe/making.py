"""New payment intents: which parameters they take and which fields they have."""

from __future__ import annotations

from connectors.sandbox.stripe.account import Call, Json
from connectors.sandbox.stripe.params import Params

DESCRIPTIVE = (
    "customer",
    "description",
    "on_behalf_of",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
PAYING = (
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
CREATING = (
    *DESCRIPTIVE,
    *PAYING,
    "amount",
    "application_fee_amount",
    "automatic_payment_methods",
    "confirm",
    "confirmation_method",
    "currency",
    "metadata",
    "transfer_data",
)
CAPTURE_METHODS = ("automatic", "automatic_async", "manual")


def new_intent(call: Call, amount: int, currency: str, params: Params) -> Json:
    """An intent that waits for a payment method, not yet kept."""
    intent = call.new("pi", "payment_intent", amount=amount, currency=currency)
    return intent | {
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": _automatic(params),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.choice("capture_method", CAPTURE_METHODS, "automatic"),
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
        **{name: params.text(name) for name in DESCRIPTIVE},
    }


def _automatic(params: Params) -> Json | None:
    if not params.has("automatic_payment_methods"):
        return None
    given = params.child("automatic_payment_methods", ("enabled", "allow_redirects"))
    return {"enabled": given.boolean("enabled")}
