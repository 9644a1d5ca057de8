"""Adyen's test payments and what becomes of them (https://docs.adyen.com/development-resources/testing/result-codes)."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.adyen.errors import invalid

Json = dict[str, Any]

#: By holderName: resultCode, refusalReason, refusalReasonCode.
_REFUSALS = {
    "DECLINED": ("Refused", "Refused", "2"),
    "ERROR": ("Error", "Acquirer Error", "4"),
    "BLOCK_CARD": ("Refused", "Blocked Card", "5"),
    "CARD_EXPIRED": ("Refused", "Expired Card", "6"),
    "NOT_ENOUGH_BALANCE": ("Refused", "Not enough balance", "12"),
    "FRAUD": ("Refused", "FRAUD", "20"),
}
#: The card whose bank asks the shopper.
ASKING = "4212345678910006"
AUTHORISED: Json = {"resultCode": "Authorised"}
FAILED_CHECK: Json = {
    "resultCode": "Refused",
    "refusalReason": "3D Not Authenticated",
    "refusalReasonCode": "11",
}


def by_holder(name: str) -> Json:
    if name not in _REFUSALS:
        return AUTHORISED
    return dict(zip(("resultCode", "refusalReason", "refusalReasonCode"), _REFUSALS[name], strict=True))


def outcome_of(method: Json) -> Json | None:
    """What becomes of a payment with this method; None when the shopper has to act first. Raises AdyenError."""
    if method.get("type") == "ideal":
        return None
    number = str(method.get("encryptedCardNumber") or "").removeprefix("test_")
    if method.get("type") != "scheme" or not number.isdecimal():
        raise invalid("14_004", "The payment method lacks its details")
    return None if number == ASKING else by_holder(str(method.get("holderName") or ""))
