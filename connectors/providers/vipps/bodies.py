"""What is sent to Vipps to open a payment, and under which reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connectors.contracts.common import Line
from connectors.contracts.payment import Payment
from connectors.errors import Misconfigured, Rejected
from tenants.money import Money

MOST_LETTERS = 100
#: Stands between our reference and the number of a further attempt.
_ATTEMPT = "-try"

Minor = Callable[[Money], int]


def opening_reference(payment: Payment) -> str:
    """The reference of the attempt after the one that the payment is known by: r, r-try2, r-try3 …

    A payment that the shop has opened by itself, under a reference of its own, is followed by our first.
    """
    ours, _, number = payment.provider_id.partition(_ATTEMPT)
    if ours != payment.reference:
        return payment.reference
    return f"{ours}{_ATTEMPT}{int(number or 1) + 1}"


def taken_over(payment: Payment) -> str:
    """The reference of a payment that the shop has opened by itself, where it gave that as the token; else "".

    Raises Rejected for a token that is neither a reference nor a phone number.
    """
    if not payment.token or payment.token.startswith("+"):
        return ""
    if not re.fullmatch(r"[a-zA-Z0-9-]{8,64}", payment.token):
        raise Rejected(
            "The token of a Vipps MobilePay payment is the reference of a payment that the shop has opened, or the"
            " shopper's phone number such as +4791234567; leave it empty to send the shopper to the payment page"
        )
    return payment.token


def our_reference(reference: str) -> str:
    """Our payment's reference in that of any of its attempts."""
    return reference.partition(_ATTEMPT)[0]


def amount_body(payment: Payment, minor: Minor) -> dict[str, Any]:
    return {"currency": payment.amount.currency, "value": minor(payment.amount)}


def payment_body(payment: Payment, minor: Minor) -> dict[str, Any]:
    """A payment in the app. The order's lines are shown there where they add up to the amount.

    Raises Misconfigured without an address to come back to, Rejected for half a phone number.
    """
    body: dict[str, Any] = {
        "amount": amount_body(payment, minor),
        "paymentMethod": {"type": "WALLET"},
        "reference": opening_reference(payment),
        "paymentDescription": (payment.description or f"Order {payment.order_number}")[:MOST_LETTERS],
        **_way(payment),
    }
    if _adds_up(payment):
        lines = [_line(line, minor) for line in payment.lines]
        body["receipt"] = {"orderLines": lines, "bottomLine": {"currency": payment.amount.currency}}
    return body


def _way(payment: Payment) -> dict[str, Any]:
    """How the shopper gets to the app."""
    if payment.token.startswith("+"):
        return {"userFlow": "PUSH_MESSAGE", "customer": {"phoneNumber": _phone(payment.token)}}
    if not payment.return_url:
        raise Misconfigured(
            "Vipps MobilePay sends the shopper back to your shop: set ReturnUrl in the payment method's options"
        )
    return {"userFlow": "WEB_REDIRECT", "returnUrl": payment.return_url}


def _phone(token: str) -> str:
    """Country code and number in digits alone, as Vipps wants it."""
    digits = re.sub(r"[+\s()-]", "", token)
    if not re.fullmatch(r"[0-9]{10,15}", digits):
        raise Rejected(
            "The shopper's phone number has 10 to 15 digits with the country code, such as +4791234567"
        )
    return digits


def _adds_up(payment: Payment) -> bool:
    nothing = Money.zero(payment.amount.currency)
    totals = [line.total for line in payment.lines]
    return sum(totals, nothing) == payment.amount and all(nothing <= total for total in totals)


def _line(line: Line, minor: Minor) -> dict[str, Any]:
    """The tax rate is counted in hundredths of a per cent, the quantity is only for show."""
    return {
        "id": line.sku or str(line.number),
        "name": line.name,
        "totalAmount": minor(line.total),
        "totalAmountExcludingTax": minor(line.total - line.tax),
        "totalTaxAmount": minor(line.tax),
        "taxRate": int(line.tax_rate * 100),
        "discount": minor(line.discount),
        "unitInfo": {"unitPrice": minor(line.unit_price), "quantity": _quantity(line.quantity)},
    }


def _quantity(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"[:10].rstrip(".")
