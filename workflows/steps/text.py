"""Texts with order fields in braces, such as "Order {number} is on its way, {customer.first_name}"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from connectors.contracts.common import Address, Customer, Line, OrderDocument
from connectors.errors import Misconfigured

_FIELD = re.compile(r"\{([a-zA-Z_][\w.-]*)\}")
_BRACES = re.compile(r"\{([^{}]*)\}")
#: In HTML braces also hold style sheets; only what looks like a name is meant as a field there.
_NAME_IN_BRACES = re.compile(r"\{(\s*[\w.-]+\s*)\}")

_PLAIN = ("number", "order_type", "status", "market", "store", "currency", "placed_at")
_AMOUNTS = ("total", "shipping_total", "discount_total", "tax_total")
_LISTS = ("lines", "shipments")
_SINGLE = (*_PLAIN, *_AMOUNTS, *_LISTS)
_FREE = ("properties", "external_ids")


def _texts_of(part: type[Any]) -> tuple[str, ...]:
    return tuple(item.name for item in fields(part) if item.type == "str")


_NESTED: Mapping[str, tuple[str, ...]] = {
    "customer": _texts_of(Customer),
    "billing": _texts_of(Address),
    "shipping": _texts_of(Address),
    "shipments": ("tracking_number", "tracking_url", "carrier", "product", "reference"),
}


def fill(template: str, order: OrderDocument, write: Callable[[str], str] = str) -> str:
    """Put order fields in, each through `write`. Raises Misconfigured for a field that no order has."""
    return _FIELD.sub(lambda match: write(_value(match[1], order)), template)


def unknown_fields(template: str, *, html: bool = False) -> list[str]:
    """What stands in braces and is no order field."""
    found = (_NAME_IN_BRACES if html else _BRACES).findall(template)
    return [name for name in dict.fromkeys(found) if not _is_known(name)]


def refusal(name: str) -> str:
    """Why a name in braces cannot be filled, and what can."""
    near = get_close_matches(name.strip().lower(), all_fields(), n=2, cutoff=0.7)
    hint = f"did you mean {_listed(near, ' or ')}? There are" if near else "use"
    return f"There is no order field {{{name}}}; {hint} {'; '.join(overview())}"


def overview() -> list[str]:
    """All order fields, in groups."""
    nested = [f"{{{head}.X}} where X is {', '.join(names)}" for head, names in _NESTED.items()]
    return [_listed(_SINGLE), *nested, f"{_listed(f'{head}.X' for head in _FREE)} for the value named X"]


def all_fields() -> list[str]:
    """Every order field whose name is fixed."""
    nested = (f"{head}.{name}" for head, names in _NESTED.items() for name in names)
    return [*_SINGLE, *nested]


def _listed(names: Iterable[str], between: str = ", ") -> str:
    return between.join(f"{{{name}}}" for name in names)


def _is_known(path: str) -> bool:
    head, _, rest = path.partition(".")
    if not _FIELD.fullmatch(f"{{{path}}}"):
        return False
    return rest in _NESTED.get(head, ()) or (head in _FREE if rest else path in _SINGLE)


def _value(path: str, order: OrderDocument) -> str:
    if not _is_known(path):
        raise Misconfigured(refusal(path))
    head, _, rest = path.partition(".")
    if path == "lines":
        return "\n".join(map(_line, order.lines))
    if head == "shipments":
        return _shipments(order, rest)
    part = getattr(order, head)
    if not rest:
        return str(part)
    found = part.get(rest) if isinstance(part, Mapping) else getattr(part, rest)
    return "" if found is None else str(found)


def _line(line: Line) -> str:
    return f"{line.quantity.normalize():f} x {line.name} ({line.sku}): {line.total}"


def _shipments(order: OrderDocument, name: str) -> str:
    """One field of all shipments that were not cancelled, or without a name a line for each of them."""
    under_way = [item for item in order.sections.get("shipments", ()) if item.get("state") != "cancelled"]
    if name:
        found = (str(item.get(name) or "") for item in under_way)
        return ", ".join(dict.fromkeys(filter(None, found)))
    shown = ("carrier", "tracking_number", "tracking_url")
    lines = (" ".join(str(item[key]) for key in shown if item.get(key)) for item in under_way)
    return "\n".join(filter(None, lines))
