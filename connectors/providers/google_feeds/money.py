"""Amounts as feeds write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from tenants.money import Money, MoneyError


def amount_of(value: Any, currency: str) -> Money | None:
    """Exactly that amount; None for what is no amount of the currency or has more decimals than it."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
        return Money.of(number, currency)
    except (InvalidOperation, MoneyError, ValueError):
        return None
