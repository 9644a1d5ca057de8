"""Templates: JSON in which texts hold fields in braces, such as {number}, {customer.email} or {total|number}.

A text that is one field alone takes the field's own value. A field with a question mark, {shipping.phone?}, may be
empty: then its member is left out. An object {"$each": "lines", "$do": …} becomes a list with $do for each line, whose
fields come first. Filters: number, integer, minor (the amount in its smallest unit), date, upper, lower.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from connectors.errors import Rejected
from connectors.order_json import at
from tenants.money import Money, MoneyError

FIELD = re.compile(r"\{([^{}|?]+)(\?)?(?:\|([a-z]+))?\}")


class _Nothing:
    """Stands for a field that may be empty and is."""


NOTHING = _Nothing()


def render(template: Any, document: Mapping[str, Any]) -> Any:
    """The template filled in. Raises Rejected for a field that the order does not have, or that a filter cannot take."""
    return _render(template, (document,))


def address(template: str, document: Mapping[str, Any]) -> str:
    """A path with its fields, each encoded."""
    return FIELD.sub(lambda found: quote(_as_text(_value(found, (document,))), safe=""), template)


def number_of(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None


def _render(template: Any, scopes: tuple[Any, ...]) -> Any:
    if isinstance(template, str):
        return _text(template, scopes)
    if isinstance(template, list):
        rendered = (_render(item, scopes) for item in template)
        return [item for item in rendered if item is not NOTHING]
    if isinstance(template, Mapping):
        return _each(template, scopes) if "$each" in template else _members(template, scopes)
    return template


def _members(template: Mapping[str, Any], scopes: tuple[Any, ...]) -> dict[str, Any]:
    rendered = {name: _render(item, scopes) for name, item in template.items()}
    return {name: item for name, item in rendered.items() if item is not NOTHING}


def _each(template: Mapping[str, Any], scopes: tuple[Any, ...]) -> list[Any]:
    rows = _found(str(template["$each"]), scopes)
    if not isinstance(rows, list):
        raise Rejected(f"$each asks for {template['$each']}, which is no list of this order")
    return [_render(template.get("$do", {}), (row, *scopes)) for row in rows]


def _text(template: str, scopes: tuple[Any, ...]) -> Any:
    alone = FIELD.fullmatch(template)
    if alone:
        return _value(alone, scopes)
    return FIELD.sub(lambda found: _as_text(_value(found, scopes)), template)


def _value(found: re.Match[str], scopes: tuple[Any, ...]) -> Any:
    name, optional, word = found[1].strip(), found[2], found[3]
    value = _found(name, scopes)
    if value in (None, ""):
        if optional:
            return NOTHING
        if value is None:
            raise Rejected(
                f"The description asks for {{{name}}}, which this order does not have; write {{{name}?}} if it may be empty"
            )
        return value
    try:
        return FILTERS[word](value, scopes) if word else value
    except (ValueError, TypeError, MoneyError) as error:
        raise Rejected(f"{{{name}|{word}}} cannot be filled in: {error}") from None


def _found(name: str, scopes: tuple[Any, ...]) -> Any:
    return next((value for scope in scopes if (value := at(scope, name)) is not None), None)


def _as_text(value: Any) -> str:
    if value is NOTHING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list)):
        raise Rejected("A field inside of a text is an object or a list; name one value of it")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _minor(value: Any, scopes: tuple[Any, ...]) -> int:
    return Money.of(number_of(value), str(_found("currency", scopes))).minor


def _integer(value: Any, scopes: tuple[Any, ...]) -> int:
    number = number_of(value)
    if number != number.to_integral_value():
        raise ValueError(f"{value} is no whole number")
    return int(number)


FILTERS: Mapping[str, Callable[[Any, tuple[Any, ...]], Any]] = {
    "number": lambda value, scopes: number_of(value),
    "integer": _integer,
    "minor": _minor,
    "date": lambda value, scopes: datetime.fromisoformat(str(value)).date().isoformat(),
    "upper": lambda value, scopes: str(value).upper(),
    "lower": lambda value, scopes: str(value).lower(),
}
