"""What is sent to PayPal, and the marks by which our own captures and refunds are found again there.

`custom_id` carries our reference and comes back in webhooks. A capture takes an invoice number only, a refund a `custom_id`
of its own; both are made of the payment's totals before the operation, which no later try changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.contracts.common import Line
from connectors.contracts.payment import Payment
from connectors.errors import Rejected
from connectors.providers.paypal.words import locale
from tenants.money import Money

LONGEST = 127

Amount = Callable[[Money], dict[str, str]]


def order_body(payment: Payment, amount: Amount) -> dict[str, Any]:
    """An order that the shopper approves on PayPal's page. The order's lines are shown where they add up to it."""
    context = {
        "return_url": payment.return_url,
        "cancel_url": payment.cancel_url,
        "locale": locale(payment.language),
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }
    wallet = {
        "email_address": payment.billing.email,
        "experience_context": {name: text for name, text in context.items() if text},
    }
    unit = {
        "custom_id": payment.reference,
        "invoice_id": invoice_of(payment),
        "description": (payment.description or f"Order {payment.order_number}")[:LONGEST],
        **_amount_with_items(payment, amount),
    }
    return {
        "intent": "AUTHORIZE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {name: item for name, item in wallet.items() if item}},
    }


def capture_body(payment: Payment, amount: Amount) -> dict[str, Any]:
    return {
        "amount": amount(payment.amount),
        "invoice_id": capture_mark(payment),
        "final_capture": payment.authorized <= payment.captured + payment.amount,
    }


def refund_body(payment: Payment, share: Money, amount: Amount) -> dict[str, Any]:
    return {"amount": amount(share), "custom_id": refund_mark(payment)}


def invoice_of(payment: Payment) -> str:
    """The order's number, made unique: PayPal refuses to be paid twice for one invoice."""
    return f"{payment.order_number[:80]}-{payment.reference[:8]}"


def capture_mark(payment: Payment) -> str:
    return f"{invoice_of(payment)}-{payment.captured.minor}"


def refund_mark(payment: Payment) -> str:
    return f"{payment.reference}.{payment.refunded.minor}.{payment.amount.minor}"


def reference_of(custom_id: Any) -> str:
    """Our reference in a `custom_id`, "" where there is none."""
    return custom_id.partition(".")[0] if isinstance(custom_id, str) else ""


def _amount_with_items(payment: Payment, amount: Amount) -> dict[str, Any]:
    whole = amount(payment.amount)
    if not payment.lines or not all(_can_be_shown(line, payment.amount.currency) for line in payment.lines):
        return {"amount": whole}
    if sum((line.total for line in payment.lines), Money.zero(payment.amount.currency)) != payment.amount:
        return {"amount": whole}
    try:
        items = [_item(line, amount) for line in payment.lines]
    except Rejected:
        # A price between two of PayPal's steps; only the whole is charged.
        return {"amount": whole}
    return {"amount": {**whole, "breakdown": {"item_total": whole}}, "items": items}


def _can_be_shown(line: Line, currency: str) -> bool:
    """PayPal takes whole quantities, and totals that are so many times the price."""
    price, total = line.unit_price, line.total
    whole = line.quantity == int(line.quantity) and 0 < line.quantity
    fits = price.amount * line.quantity == total.amount and 0 <= price.amount
    return bool(line.name) and whole and fits and {price.currency, total.currency} == {currency}


def _item(line: Line, amount: Amount) -> dict[str, Any]:
    item: dict[str, Any] = {
        "name": line.name[:LONGEST],
        "unit_amount": amount(line.unit_price),
        "quantity": str(int(line.quantity)),
    }
    return {**item, "sku": line.sku[:LONGEST]} if line.sku else item
