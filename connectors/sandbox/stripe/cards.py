"""Stripe's test payment methods and what becomes of a payment with each (https://docs.stripe.com/testing)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """`code` and `decline_code` of a card that is refused; `refund` is how a refund to it starts and ends."""

    brand: str = "visa"
    last4: str = "4242"
    code: str = ""
    decline_code: str = ""
    needs_shopper: bool = False
    refund: tuple[str, str] = ("succeeded", "succeeded")


def _declined(decline_code: str, last4: str = "0002", code: str = "card_declined") -> Card:
    return Card(last4=last4, code=code, decline_code=decline_code)


_CARDS = {
    "4242424242424242": (Card(), ["visa", "debit", "us"]),
    "5555555555554444": (Card("mastercard", "4444"), ["mastercard"]),
    "378282246310005": (Card("amex", "0005"), ["amex"]),
    "4000000000000002": (
        _declined("generic_decline"),
        ["chargeDeclined", "visa_chargeDeclined", "chargeCustomerFail"],
    ),
    "4000000000009995": (
        _declined("insufficient_funds", "9995"),
        ["chargeDeclinedInsufficientFunds", "visa_chargeDeclinedInsufficientFunds"],
    ),
    "4000000000009987": (_declined("lost_card", "9987"), ["visa_chargeDeclinedLostCard"]),
    "4000000000009979": (_declined("stolen_card", "9979"), ["visa_chargeDeclinedStolenCard"]),
    "4100000000000019": (_declined("fraudulent", "0019"), ["radarBlock", "chargeDeclinedFraudulent"]),
    "4000000000000069": (
        _declined("", "0069", "expired_card"),
        ["chargeDeclinedExpiredCard", "visa_chargeDeclinedExpiredCard"],
    ),
    "4000000000000127": (
        _declined("", "0127", "incorrect_cvc"),
        ["chargeDeclinedIncorrectCvc", "visa_chargeDeclinedIncorrectCvc"],
    ),
    "4000000000000119": (
        _declined("", "0119", "processing_error"),
        ["chargeDeclinedProcessingError", "visa_chargeDeclinedProcessingError"],
    ),
    "4000002500003155": (
        Card(last4="3155", needs_shopper=True),
        ["authenticationRequired", "authenticationRequiredOnSetup"],
    ),
    "4000002760003184": (Card(last4="3184", needs_shopper=True), ["threeDSecure2Required"]),
    "4000000000007726": (Card(last4="7726", refund=("pending", "succeeded")), ["pendingRefund"]),
    "4000000000005126": (Card(last4="5126", refund=("succeeded", "failed")), ["refundFail"]),
}
_BY_NUMBER = {number: card for number, (card, _) in _CARDS.items()}
_BY_METHOD = {f"pm_card_{name}": card for card, names in _CARDS.values() for name in names}


def by_method(method_id: str) -> Card | None:
    return _BY_METHOD.get(method_id)


def by_number(number: str) -> Card | None:
    return _BY_NUMBER.get(number.replace(" ", ""))
