"""Flow's numbers: amounts, percentages and quantities are whole numbers with two implied decimals.

Source: docs.flowretail.com/api/introduction/quantity-and-price-representation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tenants.money import Money

Json = Mapping[str, Any]


def number(value: Any) -> Decimal:
    """2500 is 25.00. Raises TypeError for what is no whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no number of Flow's, which are whole with two implied decimals")
    return Decimal(value).scaleb(-2)


def written(value: Any) -> Any:
    """One of our values as Flow writes it."""
    if isinstance(value, Money):
        value = value.amount
    if isinstance(value, Decimal):
        return int((value * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return value.isoformat() if isinstance(value, date) else value


def moment(text: Any) -> datetime:
    """Raises TypeError or ValueError for what is no time with a zone."""
    if not isinstance(text, str):
        raise TypeError(f"{text!r} is no time")
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"the time {text} has no zone")
    return found.astimezone(UTC)


def at(document: Any, path: str) -> Any:
    """What is at a path with dots; None where it leads nowhere."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def text(document: Json | None, name: str) -> str:
    value = (document or {}).get(name)
    return "" if value is None else str(value)
