"""What is sent to Klarna. Amounts are minor units with tax; the lines always add up to the amount."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.common import Address, Line
from connectors.contracts.payment import Payment
from connectors.errors import Rejected
from tenants.money import Money

MOST_LINES = 1000
LONGEST_NAME = 255

Minor = Callable[[Money], int]


def order_body(payment: Payment, minor: Minor, webhook_url: str) -> dict[str, Any]:
    """The part that sessions and orders share. Raises Rejected for a payment without a country."""
    if not payment.billing.country:
        raise Rejected("Klarna needs the country of the billing address; enter it on the order")
    lines = order_lines(payment, minor)
    body = {
        "purchase_country": payment.billing.country,
        "purchase_currency": payment.amount.currency,
        "locale": locale(payment.language, payment.billing.country),
        "order_amount": minor(payment.amount),
        "order_tax_amount": max(0, sum(line["total_tax_amount"] for line in lines)),
        "order_lines": lines,
        "billing_address": address(payment.billing),
        "merchant_reference1": payment.order_number,
        "merchant_reference2": payment.reference,
        "merchant_urls": _told(confirmation=payment.return_url, notification=webhook_url),
    }
    return {name: value for name, value in body.items() if value not in ("", {})}


def page_body(payment: Payment, session_url: str, webhook_url: str) -> dict[str, Any]:
    """A hosted page for a payment session, which places the order itself once the shopper has paid."""
    back = payment.cancel_url or payment.return_url
    urls = _told(
        success=payment.return_url,
        cancel=back,
        back=back,
        failure=back,
        error=back,
        status_update=webhook_url,
    )
    return {
        "payment_session_url": session_url,
        "merchant_urls": urls,
        "options": {"place_order_mode": "PLACE_ORDER"},
    }


def moved(payment: Payment, field: str, minor: Minor) -> dict[str, Any]:
    """A capture or a refund; `field` holds the amount."""
    description = payment.description or f"Order {payment.order_number}"
    return {
        field: minor(payment.amount),
        "description": description[:LONGEST_NAME],
        "reference": payment.reference,
    }


def order_lines(payment: Payment, minor: Minor) -> list[dict[str, Any]]:
    """The order's lines, with one for what they leave; one for everything where they are of another currency or too many."""
    same = all(line.total.currency == payment.amount.currency for line in payment.lines)
    if not payment.lines or not same or len(payment.lines) >= MOST_LINES:
        return [_plain(f"Order {payment.order_number}", minor(payment.amount), "physical")]
    lines = [_line(line, minor) for line in payment.lines]
    rest = minor(payment.amount) - sum(line["total_amount"] for line in lines)
    if rest > 0:
        lines.append(_plain("Shipping and other charges", rest, "surcharge"))
    elif rest < 0:
        lines.append(_plain("Discounts and other payments", rest, "discount"))
    return lines


def _line(line: Line, minor: Minor) -> dict[str, Any]:
    total, rate = minor(line.total), int((line.tax_rate * 100).to_integral_value(ROUND_HALF_UP))
    quantity, price, discount = int(line.quantity), minor(line.unit_price), minor(line.discount)
    name = line.name or line.sku or "Item"
    whole = quantity == line.quantity and quantity >= 0 and discount >= 0
    if not whole or quantity * price - discount != total:
        # Klarna counts whole pieces only, and refuses a line that does not multiply out.
        quantity, price, discount = 1, total, 0
        name = f"{line.quantity.normalize():f} x {name}"
    return {
        "type": "physical" if total >= 0 else "discount",
        "reference": line.sku[:LONGEST_NAME],
        "name": name[:LONGEST_NAME],
        "quantity": quantity,
        "unit_price": price,
        "tax_rate": rate,
        "total_amount": total,
        "total_discount_amount": discount,
        "total_tax_amount": _tax(minor(line.tax), total, rate),
    }


def _tax(told: int, total: int, rate: int) -> int:
    """The line's own tax where Klarna will take it: it may be off by one minor unit from what total and rate give."""
    exact = total - Decimal(total) * 10000 / (10000 + rate)
    return told if abs(told - exact) <= 1 else int(exact.to_integral_value(ROUND_HALF_UP))


def _plain(name: str, total: int, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "name": name,
        "quantity": 1,
        "unit_price": total,
        "tax_rate": 0,
        "total_amount": total,
        "total_tax_amount": 0,
    }


def address(given: Address) -> dict[str, str]:
    first, _, last = given.name.rpartition(" ")
    fields = {
        "given_name": first,
        "family_name": last,
        "email": given.email,
        "phone": given.phone,
        "street_address": given.line1,
        "street_address2": given.line2,
        "postal_code": given.postal_code,
        "city": given.city,
        "region": given.region,
        "country": given.country,
    }
    return {name: value[: 10 if name == "postal_code" else 99] for name, value in fields.items() if value}


def locale(language: str, country: str) -> str:
    """Klarna's form of a BCP 47 tag: "nb-NO", and "nb" with Norway too; "" leaves the choice to Klarna."""
    tag = language if "-" in language else f"{language}-{country}"
    return tag if re.fullmatch(r"[a-z]{2}-[A-Z]{2}", tag) else ""


def _told(**texts: str) -> dict[str, str]:
    return dict(_filled(texts))


def _filled(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((name, text) for name, text in texts.items() if text)
