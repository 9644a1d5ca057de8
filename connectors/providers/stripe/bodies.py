"""What is sent to Stripe to open a payment. Our reference goes along everywhere, so that every object can be traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.contracts.payment import Payment
from connectors.errors import Rejected
from connectors.providers.stripe.words import locale
from tenants.money import Money

MOST_LINES = 100

Minor = Callable[[Money], int]


def metadata(payment: Payment) -> dict[str, str]:
    return {"reference": payment.reference, "order_number": payment.order_number}


def session_body(payment: Payment, minor: Minor) -> dict[str, Any]:
    """A hosted checkout that reserves the amount. The order's lines are shown where they add up to it."""
    ours = metadata(payment)
    return {
        "mode": "payment",
        "success_url": payment.return_url,
        "cancel_url": payment.cancel_url or None,
        "client_reference_id": payment.reference,
        "customer_email": payment.billing.email or None,
        "locale": locale(payment.language),
        "line_items": _items(payment, minor),
        "metadata": ours,
        "payment_intent_data": {"capture_method": "manual", "metadata": ours},
    }


def intent_body(payment: Payment, minor: Minor) -> dict[str, Any]:
    """A PaymentIntent, confirmed at once where the shopper's payment method is known."""
    body: dict[str, Any] = {
        "amount": minor(payment.amount),
        "currency": payment.amount.currency.lower(),
        "capture_method": "manual",
        "description": _description(payment),
        "metadata": metadata(payment),
    }
    if payment.token:
        body |= {"confirm": True, "payment_method": payment.token, "return_url": payment.return_url or None}
    if payment.return_url:
        # Methods that send the shopper elsewhere need a way back; without one Stripe takes cards only.
        body["automatic_payment_methods"] = {"enabled": True}
    return body


def _description(payment: Payment) -> str:
    return payment.description or f"Order {payment.order_number}"


def _items(payment: Payment, minor: Minor) -> list[dict[str, Any]]:
    """Only the whole is charged, so lines that Stripe cannot express are shown as one. Raises Rejected for the whole."""
    try:
        return [_item(name, amount, minor) for name, amount in _lines(payment)]
    except Rejected:
        return [_item(_description(payment), payment.amount, minor)]


def _lines(payment: Payment) -> list[tuple[str, Money]]:
    lines = [(f"{line.quantity.normalize():f} x {line.name}", line.total) for line in payment.lines]
    nothing = Money.zero(payment.amount.currency)
    total = sum((amount for _, amount in lines), nothing)
    if len(lines) <= MOST_LINES and total == payment.amount and all(nothing < amount for _, amount in lines):
        return lines
    return [(_description(payment), payment.amount)]


def _item(name: str, amount: Money, minor: Minor) -> dict[str, Any]:
    price = {
        "currency": amount.currency.lower(),
        "unit_amount": minor(amount),
        "product_data": {"name": name},
    }
    return {"quantity": 1, "price_data": price}
