"""What PayPal finds wrong with amounts and orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sandbox.paypal.errors import invalid, refused

Json = dict[str, Any]

_VALUE = re.compile(r"\d{1,13}(\.\d{1,3})?")
_TAKEN = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"
_CURRENCIES = frozenset(_TAKEN.split())
_WHOLE = frozenset({"HUF", "JPY", "TWD"})
_LONGEST = {"custom_id": 127, "invoice_id": 127, "description": 127, "reference_id": 256}
_UNIT = {*_LONGEST, "amount", "payee", "items", "shipping", "soft_descriptor"}
_ORDER = {"intent", "purchase_units", "payment_source", "application_context", "payer"}


def amount_of(given: Any, field: str) -> Decimal:
    """Raises PaypalError for what is no amount above nothing."""
    if not isinstance(given, Mapping) or not isinstance(given.get("value"), str):
        raise invalid("MISSING_REQUIRED_PARAMETER", f"{field}/value")
    currency, value = given.get("currency_code"), given["value"]
    if currency not in _CURRENCIES:
        raise refused("INVALID_CURRENCY_CODE", field=f"{field}/currency_code")
    if not _VALUE.fullmatch(value):
        raise invalid("INVALID_PARAMETER_SYNTAX", f"{field}/value")
    if currency in _WHOLE and "." in value:
        raise refused("DECIMALS_NOT_SUPPORTED", field=f"{field}/value")
    if len(value.partition(".")[2]) > 2:
        raise refused("DECIMAL_PRECISION", field=f"{field}/value")
    if not Decimal(value):
        raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", field=f"{field}/value")
    return Decimal(value)


def minor_of(amount: Mapping[str, str]) -> int:
    """In minor units of ISO 4217, which counts the forint and the Taiwan dollar with two decimals."""
    places = 0 if amount["currency_code"] == "JPY" else 2
    return int(Decimal(amount["value"]).scaleb(places))


def written(value: Decimal, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": f"{value:.0f}" if currency in _WHOLE else f"{value:.2f}"}


def check_order(order: Any) -> None:
    """Raises PaypalError."""
    if not isinstance(order, dict) or order.get("intent") not in {"AUTHORIZE", "CAPTURE"}:
        raise invalid("MISSING_REQUIRED_PARAMETER", "/intent")
    _known(order, _ORDER, "")
    units = order.get("purchase_units")
    if not isinstance(units, list) or not 1 <= len(units) <= 10:
        raise invalid("INVALID_ARRAY_MIN_ITEMS", "/purchase_units")
    for place, unit in enumerate(units):
        _check_unit(unit, f"/purchase_units/{place}")
    context = ((order.get("payment_source") or {}).get("paypal") or {}).get("experience_context") or {}
    locale = context.get("locale")
    if locale is not None and not re.fullmatch(r"[a-z]{2}-[A-Z]{2}", locale):
        raise invalid("INVALID_PARAMETER_SYNTAX", "/payment_source/paypal/experience_context/locale")


def _check_unit(unit: Json, field: str) -> None:
    _known(unit, _UNIT, field)
    total = amount_of(unit.get("amount"), f"{field}/amount")
    for name, longest in _LONGEST.items():
        if name in unit and not 1 <= len(unit[name]) <= longest:
            raise invalid("INVALID_STRING_LENGTH", f"{field}/{name}")
    breakdown = unit["amount"].get("breakdown")
    if breakdown is not None and sum(Decimal(part["value"]) for part in breakdown.values()) != total:
        raise refused("AMOUNT_MISMATCH", field=f"{field}/amount/value")
    if "items" in unit:
        items = sum(Decimal(item["unit_amount"]["value"]) * int(item["quantity"]) for item in unit["items"])
        if breakdown is None or Decimal(breakdown["item_total"]["value"]) != items:
            raise refused("ITEM_TOTAL_MISMATCH", field=f"{field}/amount/breakdown/item_total/value")


def _known(given: Mapping[str, Any], names: set[str], field: str) -> None:
    for name in sorted(set(given) - names):
        raise invalid("INVALID_PARAMETER_SYNTAX", f"{field}/{name}", f"There is no field {name}.")
