"""What is sent to Adyen to open a payment. Our reference goes along everywhere and comes back in every webhook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from connectors.contracts.payment import Payment
from connectors.errors import Misconfigured, Rejected
from tenants.money import Money

Json = dict[str, Any]
Minor = Callable[[Money], int]

#: What the shop's page may say about a payment; everything else, the amount above all, is ours to say.
_FROM_CLIENT = (
    *("paymentMethod", "browserInfo", "origin", "riskData", "installments", "authenticationData"),
    *(
        "shopperIP",
        "shopperReference",
        "shopperInteraction",
        "recurringProcessingModel",
        "storePaymentMethod",
    ),
)


def client_data(payment: Payment) -> Json:
    """The token as Adyen's client code gave it: state.data, or its paymentMethod alone. Raises Rejected for others."""
    try:
        data = json.loads(payment.token)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not data:
        raise Rejected(
            "The payment's token is not what Adyen's Drop-in or Components gives; pass its state.data on as JSON"
        )
    return data if {"paymentMethod", "details"} & set(data) else {"paymentMethod": data}


def payment_body(payment: Payment, client: Mapping[str, Any], minor: Minor) -> Json:
    """Raises Misconfigured without a ReturnUrl, which Adyen wants for every payment."""
    if not payment.return_url:
        raise Misconfigured(
            "Adyen wants to know where shoppers return to; set the payment method's option ReturnUrl"
        )
    given = {name: client[name] for name in _FROM_CLIENT if name in client}
    common = _common(payment, minor)
    return {"channel": "Web", **given, **common, "additionalData": {"manualCapture": "true"}}


def details_body(client: Mapping[str, Any]) -> Json:
    return {name: client[name] for name in ("details", "paymentData") if name in client}


def link_body(payment: Payment, minor: Minor) -> Json:
    texts = {"description": payment.description}
    return {**_common(payment, minor), **_filled(texts), "manualCapture": True, "reusable": False}


def _common(payment: Payment, minor: Minor) -> Json:
    """All but the merchant account. The order's lines go along where they add up, which Klarna and its like ask for."""
    texts = {
        "merchantOrderReference": payment.order_number,
        "returnUrl": payment.return_url,
        "shopperEmail": payment.billing.email,
        "shopperLocale": payment.language,
        "countryCode": payment.billing.country,
    }
    body = {"amount": amount(payment.amount, minor), "reference": payment.reference, **_filled(texts)}
    try:
        lines = _lines(payment, minor)
    except Rejected:
        # A price or a tax between two of Adyen's steps; only the whole is charged.
        return body
    return {**body, "lineItems": lines} if lines else body


def amount(money: Money, minor: Minor) -> Json:
    return {"currency": money.currency, "value": minor(money)}


def _lines(payment: Payment, minor: Minor) -> list[Json]:
    """Each line as one item, so that quantities need not be whole; the tax rate in hundredths of a percent."""
    total = sum((line.total for line in payment.lines), Money.zero(payment.amount.currency))
    if total != payment.amount:
        return []
    return [
        {
            "id": line.sku,
            "description": f"{line.quantity.normalize():f} x {line.name}",
            "quantity": 1,
            "amountIncludingTax": minor(line.total),
            "taxAmount": minor(line.tax),
            "taxPercentage": int(line.tax_rate * 100),
        }
        for line in payment.lines
    ]


def _filled(texts: Mapping[str, str]) -> Json:
    return {name: text for name, text in texts.items() if text}
