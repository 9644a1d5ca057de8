"""PayPal's vocabulary: its states, what its codes mean for people, which events matter, which languages it speaks."""

from __future__ import annotations

import re

from connectors.contracts.payment import State

#: By kind of object and status. What a completed order comes to is told by its payments.
STATES = {
    "order CREATED": State.PENDING,
    "order SAVED": State.PENDING,
    "order PAYER_ACTION_REQUIRED": State.PENDING,
    "order APPROVED": State.PENDING,
    "order VOIDED": State.CANCELLED,
    "authorization CREATED": State.AUTHORIZED,
    "authorization PENDING": State.PENDING,
    "authorization PARTIALLY_CAPTURED": State.CAPTURED,
    "authorization CAPTURED": State.CAPTURED,
    "authorization VOIDED": State.CANCELLED,
    "authorization DENIED": State.DECLINED,
    "capture COMPLETED": State.CAPTURED,
    "capture PARTIALLY_REFUNDED": State.CAPTURED,
    "capture REFUNDED": State.REFUNDED,
    "capture PENDING": State.PENDING,
    "capture DECLINED": State.DECLINED,
    "capture FAILED": State.DECLINED,
    "refund COMPLETED": State.REFUNDED,
    "refund PENDING": State.PENDING,
    "refund FAILED": State.DECLINED,
    "refund CANCELLED": State.DECLINED,
}

#: Authorisations that still hold money.
HOLDING = frozenset({"CREATED", "PARTIALLY_CAPTURED", "PENDING"})

_CURRENCIES = (
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"
)
CURRENCIES = frozenset(_CURRENCIES.split())

DECLINES = {
    "INSTRUMENT_DECLINED": "the bank refused; the shopper may choose another way to pay at PayPal",
    "PAYER_CANNOT_PAY": "the shopper's PayPal account cannot pay this",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": "the shopper's PayPal account is locked or closed",
    "PAYER_ACCOUNT_RESTRICTED": "the shopper's PayPal account is restricted",
    "TRANSACTION_REFUSED": "PayPal refused it and gives no reason",
    "TRANSACTION_LIMIT_EXCEEDED": "it is above the limit of the shopper's PayPal account",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": "it was tried too often; the shopper has to start again",
    "ORDER_EXPIRED": "the shopper's approval is over; the shopper has to approve again",
    "COMPLIANCE_VIOLATION": "rules of the shopper's country forbid it",
}

#: The shopper has to go to PayPal once more.
AGAIN = frozenset({"PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED"})

_EVENTS = (
    "CHECKOUT.ORDER.APPROVED CHECKOUT.ORDER.COMPLETED PAYMENT.AUTHORIZATION.CREATED PAYMENT.AUTHORIZATION.VOIDED "
    "PAYMENT.CAPTURE.COMPLETED PAYMENT.CAPTURE.PENDING PAYMENT.CAPTURE.DECLINED PAYMENT.CAPTURE.DENIED "
    "PAYMENT.CAPTURE.REFUNDED PAYMENT.CAPTURE.REVERSED PAYMENT.REFUND.PENDING PAYMENT.REFUND.FAILED "
    "CUSTOMER.DISPUTE.CREATED CUSTOMER.DISPUTE.RESOLVED"
)
#: What a webhook has to send; not every account offers all of them.
EVENTS = frozenset(_EVENTS.split())

GUIDE = f"""
In the PayPal Developer Dashboard open Apps & Credentials, choose Sandbox or Live, and make an app of type Merchant.
Its Client ID goes into Client ID and its secret into API Token. Base URL takes an address, or the word sandbox or
production; empty follows Is Test, which has to be ticked for the sandbox.

Press Register webhook and publish. Or do it by hand: on the app's page add this connector's webhook address
(https, port 443) with these events, as far as your account
offers them: {", ".join(sorted(EVENTS))}. PayPal then shows a Webhook ID; it goes into the property WebhookId, because
it is part of each signature. Test connection tells when it is not one of this app.

A shopper approves at PayPal first. The money is reserved when AuthorizePayment runs after that, within three hours as
a rule: for a payment that was opened here, or with the order id that the PayPal button of the shop hands over as the
payment's token. With Merchant ID set, an order that the shop's page made for another payee is refused.

An authorisation may be captured several times; what is left is released with CancelPayments. PayPal guarantees the
money for three days and ends an authorisation after 29. A refund is taken from the newest captures first.

PayPal cannot be asked for a payment by our reference. An order whose creation was not answered holds no money, so a
new one is opened then.
"""

_LOCALES = {
    "da": "da-DK",
    "de": "de-DE",
    "en": "en-GB",
    "es": "es-ES",
    "fi": "fi-FI",
    "fr": "fr-FR",
    "it": "it-IT",
    "nl": "nl-NL",
    "no": "no-NO",
    "pl": "pl-PL",
    "sv": "sv-SE",
}


def locale(language: str) -> str:
    """The language of PayPal's pages for a BCP 47 tag: "nb-NO" gives "no-NO"; "" lets PayPal decide."""
    first = language.partition("-")[0].lower()
    first = {"nb": "no", "nn": "no"}.get(first, first)
    region = language.rpartition("-")[2]
    if re.fullmatch(r"[a-z]{2}", first) and re.fullmatch(r"[A-Z]{2}", region):
        return f"{first}-{region}"
    return _LOCALES.get(first, "")


def decline(code: str) -> str:
    """A declined payment's code in plain words; "" for one that declines nothing."""
    reason = DECLINES.get(code)
    return f"The payment was declined: {reason} ({code})" if reason else ""
