"""Texts with order fields in braces, such as "Order {number} is on its way, {customer.first_name}"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.contracts.common import OrderDocument
from connectors.errors import Misconfigured

_FIELD = re.compile(r"\{([a-zA-Z_][\w.]*)\}")

_PLAIN = ("number", "order_type", "status", "market", "store", "currency", "placed_at")
_NESTED = ("customer", "billing", "shipping", "properties", "external_ids")


def fill(template: str, order: OrderDocument) -> str:
    """Put order fields in. Raises Misconfigured for a field that no order has."""
    return _FIELD.sub(lambda match: _value(match[1], order), template)


def _value(path: str, order: OrderDocument) -> str:
    head, _, rest = path.partition(".")
    if head in _PLAIN and not rest:
        return str(getattr(order, head))
    if head == "total" and not rest:
        return str(order.total)
    if head in _NESTED and rest:
        return _inside(getattr(order, head), rest, path)
    raise Misconfigured(
        f"There is no order field {{{path}}}; use {', '.join([*_PLAIN, 'total'])} or e.g. customer.email"
    )


def _inside(part: Any, name: str, path: str) -> str:
    if isinstance(part, Mapping):
        return str(part.get(name, ""))
    if not hasattr(part, name):
        raise Misconfigured(f"There is no order field {{{path}}}")
    return str(getattr(part, name))
