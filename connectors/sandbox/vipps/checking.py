"""What Vipps finds wrong with a request, by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.sandbox.vipps.errors import VippsError, invalid, refused

Problem = tuple[str, str]

CURRENCIES = ("NOK", "DKK", "EUR")
FLOWS = ("WEB_REDIRECT", "NATIVE_REDIRECT", "PUSH_MESSAGE", "QR")
_KNOWN = {
    *("amount", "customer", "customerInteraction", "industryData", "paymentMethod", "profile", "reference"),
    *("returnUrl", "userFlow", "expiresAt", "qrFormat", "paymentDescription", "receipt", "metadata"),
    "receiptUrl",
}
_LINE = {
    *("name", "id", "totalAmount", "totalAmountExcludingTax", "totalTaxAmount", "taxPercentage", "taxRate"),
    *("unitInfo", "discount", "productUrl", "isReturn", "isShipping"),
}
_REFERENCE, _PHONE = re.compile(r"[a-zA-Z0-9-]{8,50}"), re.compile(r"\d{10,15}")
_SMALLEST = {"NOK": 100}
LARGEST = 65_000_000


def check_creation(body: Any) -> None:
    """Raises VippsError with everything that is wrong."""
    _raise_all(body, _creation)
    amount = body["amount"]
    if amount["value"] < _SMALLEST.get(amount["currency"], 1):
        raise refused("6010", "The amount is too small")
    phone = (body.get("customer") or {}).get("phoneNumber", "")
    if phone.endswith("0000"):
        raise refused("7010", "Nobody has this phone number, or he cannot pay here")


def check_change(body: Any, currency: str) -> None:
    def problems(body: Mapping[str, Any]) -> Iterator[Problem]:
        amount = body.get("modificationAmount")
        yield from _amount(amount, "modificationAmount")
        if isinstance(amount, dict) and amount.get("currency") != currency:
            yield "modificationAmount.currency", f"The payment is in {currency}"
        yield from ((name, "Unknown field") for name in sorted(set(body) - {"modificationAmount"}))

    _raise_all(body, problems)


def _raise_all(body: Any, problems: Any) -> None:
    try:
        found = list(problems(body))
    except (AttributeError, TypeError, KeyError):
        raise VippsError(400, "Bad Request", "The body cannot be read") from None
    if found:
        raise invalid(*found)


def _creation(body: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _amount(body.get("amount"), "amount")
    yield from ((name, "Unknown field") for name in sorted(set(body) - _KNOWN))
    if body.get("paymentMethod", {}).get("type") not in ("WALLET", "CARD"):
        yield "paymentMethod.type", "Must be WALLET or CARD"
    if not _REFERENCE.fullmatch(str(body.get("reference", ""))):
        yield "reference", f"Must be like {_REFERENCE.pattern}"
    if "paymentDescription" in body and not 3 <= len(body["paymentDescription"]) <= 100:
        yield "paymentDescription", "Must have 3 to 100 characters"
    yield from _way(body)
    if "receipt" in body:
        yield from _receipt(body["receipt"])


def _way(body: Mapping[str, Any]) -> Iterator[Problem]:
    flow, url = body.get("userFlow"), body.get("returnUrl")
    if flow not in FLOWS:
        yield "userFlow", f"Must be one of {', '.join(FLOWS)}"
    if flow == "WEB_REDIRECT" and not url:
        yield "returnUrl", "Missing required parameter"
    if url and (url.startswith("http://") or ":" not in url):
        yield "returnUrl", "Must use HTTPS or a custom scheme"
    phone = (body.get("customer") or {}).get("phoneNumber")
    if flow == "PUSH_MESSAGE" and not phone:
        yield "customer", "Missing required parameter"
    if phone is not None and not _PHONE.fullmatch(phone):
        yield "customer.phoneNumber", "Must be in MSISDN format"


def _amount(amount: Any, field: str) -> Iterator[Problem]:
    if not isinstance(amount, dict) or set(amount) != {"currency", "value"}:
        yield field, "Must hold a currency and a value"
        return
    if amount["currency"] not in CURRENCIES:
        yield f"{field}.currency", f"Must be one of {', '.join(CURRENCIES)}"
    value = amount["value"]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST:
        yield f"{field}.value", "Must be a whole number of minor units above 0"


def _receipt(receipt: Mapping[str, Any]) -> Iterator[Problem]:
    if receipt["bottomLine"]["currency"] not in CURRENCIES:
        yield "receipt.bottomLine.currency", f"Must be one of {', '.join(CURRENCIES)}"
    if not receipt["orderLines"]:
        yield "receipt.orderLines", "Must have a line"
    for place, line in enumerate(receipt["orderLines"]):
        field = f"receipt.orderLines.{place}"
        yield from ((f"{field}.{name}", "Unknown field") for name in sorted(set(line) - _LINE))
        if not line["id"] or not line["name"]:
            yield field, "Must have an id and a name"
        if line["totalAmount"] != line["totalAmountExcludingTax"] + line["totalTaxAmount"]:
            yield f"{field}.totalAmount", "Must be the sum of totalAmountExcludingTax and totalTaxAmount"
