"""Stripe's vocabulary: what its codes mean for people, which events matter, which languages its pages speak."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contracts.payment import State

_LOCALES = (
    "bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv "
    "th tr vi zh zh-HK zh-TW"
)
_EVENTS = (
    "payment_intent.amount_capturable_updated payment_intent.succeeded payment_intent.payment_failed "
    "payment_intent.canceled payment_intent.processing payment_intent.requires_action charge.captured charge.expired "
    "charge.refunded charge.refund.updated refund.created refund.updated charge.dispute.created charge.dispute.closed "
    "checkout.session.completed checkout.session.async_payment_succeeded checkout.session.async_payment_failed "
    "checkout.session.expired"
)
LOCALES = frozenset(_LOCALES.split())
#: What an endpoint has to send. Newer versions also have refund.failed.
EVENTS = frozenset(_EVENTS.split())

DECLINES = {
    "insufficient_funds": "there is not enough money on the card",
    "expired_card": "the card has expired",
    "incorrect_number": "the card number is wrong",
    "incorrect_cvc": "the card's security code is wrong",
    "invalid_cvc": "the card's security code is wrong",
    "invalid_expiry_month": "the card's expiry date is wrong",
    "invalid_expiry_year": "the card's expiry date is wrong",
    "incorrect_zip": "the postal code does not fit the card",
    "card_not_supported": "the card cannot be used for this kind of purchase",
    "currency_not_supported": "the card cannot be used in this currency",
    "card_velocity_exceeded": "the card's limit is used up",
    "authentication_required": "the bank wants the shopper to confirm this payment",
    "payment_intent_authentication_failure": "the shopper did not pass the bank's check",
    "processing_error": "the bank could not handle it just now; another try may succeed",
    "issuer_not_available": "the bank could not be reached; another try may succeed",
}

#: Stripe asks not to tell these to the shopper; what staff and shoppers read comes from one text.
DISCREET = frozenset({"fraudulent", "lost_card", "merchant_blacklist", "pickup_card", "stolen_card"})

SESSIONS = {"open": State.PENDING, "complete": State.PENDING, "expired": State.EXPIRED}

REFUNDS = {
    "pending": State.PENDING,
    "requires_action": State.PENDING,
    "succeeded": State.REFUNDED,
    "failed": State.DECLINED,
    "canceled": State.DECLINED,
}

#: Events whose type says more than the object that they carry.
STATES_BY_EVENT = {
    "charge.expired": State.EXPIRED,
    "checkout.session.async_payment_failed": State.DECLINED,
}

GUIDE = f"""
In the Stripe Dashboard open Developers > API keys and copy the secret key, or make a restricted key that may write
PaymentIntents, Refunds and Checkout Sessions and read Charges. It goes into API Token. The key decides the mode: tick
Is Test for a key with _test_, leave it empty for one with _live_. Leave Client ID empty unless you act for a connected
account of your platform.

Press Register webhook, for which a restricted key has to be allowed to write webhook endpoints, and publish. Or do it by
hand: under Developers > Webhooks add this connector's webhook address, with API version 2022-11-15 and these events:
{", ".join(sorted(EVENTS))}. Copy the signing secret that Stripe then shows into Webhook Signing
Secret.

Payments are authorised first and captured later. Stripe releases what a partial capture leaves, and by itself cancels an
authorisation that is not captured, as a rule after seven days.
"""


def decline(error: Mapping[str, object]) -> str:
    """A declined payment's error in plain words, with Stripe's code unless that accuses the shopper."""
    code = str(error.get("decline_code") or error.get("code") or "")
    reason = DECLINES.get(code, "the bank gives no reason; the shopper may ask it or use another card")
    shown = f" ({code})" if code and code not in DISCREET else ""
    return f"The payment was declined: {reason}{shown}"


def locale(language: str) -> str:
    """The language of Stripe's pages for a BCP 47 tag: "nb-NO" gives "nb"; "auto" lets the browser decide."""
    first = language.partition("-")[0].lower().replace("no", "nb")
    return next((tag for tag in (language, first) if tag in LOCALES), "auto")
