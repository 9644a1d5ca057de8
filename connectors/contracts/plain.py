"""The contracts' dataclasses as JSON: for receivers that take our own shape instead of having one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from tenants.money import Money
from tenants.secret_value import SecretValue


def plain(value: Any) -> Any:
    """Dicts, lists, strings, numbers, booleans and None. Amounts and decimals are strings ("199.00"), times ISO 8601,
    bytes base64.

    An amount does not repeat its currency: the document around it says it once. Secrets are left out.
    """
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    convert = _converters.get(kind)
    if convert is None:
        convert = _converters[kind] = _converter(kind)
    return convert(value)


def _converter(kind: type) -> Callable[[Any], Any]:
    """How values of a type are written; the first that fits."""
    if is_dataclass(kind) and not issubclass(kind, Money):
        return partial(_members, tuple(item.name for item in fields(kind)))
    return next((convert for kinds, convert in _RULES if issubclass(kind, kinds)), _same)


def _members(names: tuple[str, ...], value: Any) -> dict[str, Any]:
    members = {}
    # Each order of each call comes through here: most of its members need no call.
    for name in names:
        item = getattr(value, name)
        if type(item) in _AS_IT_IS:
            members[name] = item
        elif not isinstance(item, SecretValue):
            members[name] = plain(item)
    return members


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): plain(item) for key, item in value.items() if not isinstance(item, SecretValue)}


def _list(value: Iterable[Any]) -> list[Any]:
    return [plain(item) for item in value if not isinstance(item, SecretValue)]


def _same(value: Any) -> Any:
    return value


_AS_IT_IS = frozenset({type(None), bool, int, str})
_RULES: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Money, lambda value: str(value.amount)),
    (Mapping, _mapping),
    ((list, tuple, set, frozenset), _list),
    (bytes, lambda value: base64.b64encode(value).decode()),
    ((datetime, date), lambda value: value.isoformat()),
    ((Decimal, UUID), str),
)
_converters: dict[type, Callable[[Any], Any]] = {}
