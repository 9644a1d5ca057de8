"""What Klarna finds wrong with an order: its lines have to multiply out and to add up, taxes included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectors.sandbox.klarna.errors import bad_value

_PATTERNS = {"purchase_country": r"[A-Za-z]{2}", "purchase_currency": r"[A-Za-z]{3}"}


def check_order(body: Any) -> None:
    """Raises KlarnaError for the first thing that is wrong."""
    try:
        problem = next(_problems(body), None)
    except (AttributeError, KeyError, TypeError) as error:
        problem = str(error)
    if problem is not None:
        raise bad_value(problem)


def amount_of(body: Any, name: str) -> int:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 200_000_000:
        raise bad_value(name)
    return value


def _problems(body: Mapping[str, Any]) -> Iterator[str]:
    for name, pattern in _PATTERNS.items():
        if not re.fullmatch(pattern, body[name]):
            yield name
    lines = body["order_lines"]
    if not isinstance(lines, list) or not 1 <= len(lines) <= 1000:
        yield "order_lines"
    for place, line in enumerate(lines):
        yield from (f"order_lines[{place}].{name}" for name in _line_problems(line))
    if sum(line["total_amount"] for line in lines) != body["order_amount"]:
        yield "order_amount"
    if sum(line.get("total_tax_amount", 0) for line in lines) != body.get("order_tax_amount", 0):
        yield "order_tax_amount"


def _line_problems(line: Mapping[str, Any]) -> Iterator[str]:
    total, rate = line["total_amount"], line.get("tax_rate", 0)
    if not 1 <= len(line["name"]) <= 255:
        yield "name"
    if line["quantity"] * line["unit_price"] - line.get("total_discount_amount", 0) != total:
        yield "total_amount"
    tax = total - Decimal(total) * 10000 / (10000 + rate)
    if abs(line.get("total_tax_amount", 0) - tax) > 1:
        yield "total_tax_amount"
