"""Adyen's vocabulary: what its codes mean for people, and which events matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contracts.payment import State

RESULTS = {
    "Authorised": State.AUTHORIZED,
    "PartiallyAuthorised": State.AUTHORIZED,
    "RedirectShopper": State.PENDING,
    "IdentifyShopper": State.PENDING,
    "ChallengeShopper": State.PENDING,
    "PresentToShopper": State.PENDING,
    "Pending": State.PENDING,
    "Received": State.PENDING,
    "Refused": State.DECLINED,
    "Error": State.DECLINED,
    "Cancelled": State.CANCELLED,
}
#: A link that is completed or paid does not say which payment it was paid with; that comes by webhook.
LINKS = {
    "active": State.PENDING,
    "paymentPending": State.PENDING,
    "completed": State.PENDING,
    "paid": State.PENDING,
    "expired": State.EXPIRED,
}
#: What Adyen answers to a capture, cancellation or refund, whatever becomes of it.
TAKEN_ON = {"received": State.PENDING}

#: Operation and state of an event that says that it succeeded.
EVENTS = {
    "AUTHORISATION": ("authorize", State.AUTHORIZED),
    "AUTHORISATION_ADJUSTMENT": ("authorize", State.AUTHORIZED),
    "CAPTURE": ("capture", State.CAPTURED),
    "CAPTURE_FAILED": ("capture", State.DECLINED),
    "CANCELLATION": ("cancel", State.CANCELLED),
    "TECHNICAL_CANCEL": ("cancel", State.CANCELLED),
    "REFUND": ("refund", State.REFUNDED),
    "REFUND_FAILED": ("refund", State.DECLINED),
    "REFUNDED_REVERSED": ("refund", State.DECLINED),
    "EXPIRE": ("", State.EXPIRED),
    "OFFER_CLOSED": ("", State.EXPIRED),
}
#: Events whose success=false says that the operation failed; of the others it says that nothing happened.
MAY_FAIL = frozenset({"AUTHORISATION", "CAPTURE", "CANCELLATION", "TECHNICAL_CANCEL", "REFUND"})
#: What CANCEL_OR_REFUND was, by its modification.action.
REVERSALS = {"cancel": "CANCELLATION", "refund": "REFUND"}
ALERTS = {
    "CHARGEBACK": "The shopper's bank took {amount} back (chargeback)",
    "SECOND_CHARGEBACK": "The shopper's bank took {amount} back once more, after the first chargeback was defended",
    "CHARGEBACK_REVERSED": "A chargeback of {amount} was reversed",
    "NOTIFICATION_OF_CHARGEBACK": "A chargeback of {amount} is under way",
    "REQUEST_FOR_INFORMATION": "The shopper's bank asks about {amount}",
    "PREARBITRATION_WON": "The dispute about {amount} was won",
    "PREARBITRATION_LOST": "The dispute about {amount} was lost",
    "NOTIFICATION_OF_FRAUD": "The shopper's bank reports {amount} as fraud",
}

_DECLINES = {
    "3": "the bank wants to be called about this payment",
    "4": "the bank could not handle it just now; another try may succeed",
    "5": "the card is blocked",
    "6": "the card has expired",
    "7": "the amount does not suit the card",
    "8": "the card number is wrong",
    "9": "the bank could not be reached; another try may succeed",
    "10": "the card cannot be used for this kind of purchase",
    "11": "the shopper did not pass the bank's check",
    "12": "there is not enough money on the card",
    "15": "the payment was cancelled",
    "16": "the shopper gave up",
    "17": "the PIN is wrong",
    "18": "the PIN was wrong too often",
    "23": "the bank does not allow this payment",
    "24": "the card's security code is wrong",
    "25": "the card may not be used for this",
    "28": "the card's limit is used up",
    "29": "the card's limit is used up",
    "32": "the address does not fit the card",
    "38": "the bank wants the shopper to confirm this payment",
    "42": "the bank's check of the shopper failed",
}
#: Suspected fraud: what staff and shoppers read comes from one text, and Adyen asks not to tell shoppers.
_DISCREET = frozenset({"14", "20", "22", "31"})

GUIDE = f"""
In Adyen's Customer Area open Developers > API credentials, take or make a credential with the role Checkout webservice
role and generate an API key; it goes into API Token. Merchant ID is the merchant account. For live payments copy the
prefix shown under Developers > API URLs into the property LiveUrlPrefix, or the whole live address into Base URL. Test
and live have keys of their own: tick Is Test for a test key.

Press Register webhook, for which the credential needs the Management API's role for webhooks, and publish. Or do it by
hand: under Developers > Webhooks add a Standard webhook with this connector's webhook address, method JSON, and these
events:
{", ".join([*sorted(EVENTS), "CANCEL_OR_REFUND", *sorted(ALERTS)])}. Generate an HMAC key there and copy
it into the property HmacKey. Captures, cancellations and refunds are only taken on at first: without this webhook nobody
learns what became of them.

Payments are authorised first and captured later. Unless Adyen has enabled multiple partial captures for the account, it
releases what a partial capture leaves; if it has, set the property MultipleCaptures.

The shop passes on what Adyen's Drop-in or Components gave it (state.data) as the payment's token. Shoppers may also pay on
Adyen's own page, by a payment link. Adyen cannot be asked what became of a payment: when an answer is lost, the same request
is repeated under the same key for as long as Adyen keeps it (31 days); after that a person decides.
"""


def decline(body: Mapping[str, Any]) -> str:
    """A refusal in plain words, with Adyen's code unless that accuses the shopper."""
    code = str(body.get("refusalReasonCode") or "")
    reason = _DECLINES.get(code, "the bank gives no reason; the shopper may ask it or use another card")
    shown = f" ({code})" if code and code not in _DISCREET else ""
    return f"The payment was declined: {reason}{shown}"
