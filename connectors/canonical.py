"""One text for one content: what is equal has equal canonical JSON, in every process and version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

import orjson

from tenants.secret_value import SecretValue


def checksum(document: Any) -> str:
    """SHA-256 (hex) of a JSON document."""
    return _sha256(_dump(document))


def request_hash(request: Any) -> str:
    """SHA-256 (hex) of a request dataclass; 1.10 equals 1.1, and secrets and bytes count by their own hash. What it holds
    may not be changed afterwards."""
    return _sha256(_dump(_plain(request)))


def _dump(value: Any) -> bytes:
    """The same text from both; only the slower one writes whole numbers of any size."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _tuple(value: tuple[Any, ...]) -> list[Any]:
    """An order keeps its lines from step to step: those that were taken apart lately are not again."""
    if not value or not is_dataclass(value[0]):
        return [_plain(item) for item in value]
    kept = _lately.get(id(value))
    if kept is None or kept[0] is not value:
        kept = value, [_plain(item) for item in value]
        with _lock:
            _lately[id(value)] = kept
            while len(_lately) > _MOST_KEPT:
                del _lately[next(iter(_lately))]
    return kept[1]


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    convert = _converters.get(kind)
    if convert is None:
        convert = _converters[kind] = _converter(kind)
    return convert(value)


def _converter(kind: type) -> Callable[[Any], Any]:
    """How values of a type are written; the first that fits."""
    if issubclass(kind, Enum):
        return lambda value: _plain(value.value)
    if is_dataclass(kind):
        return partial(_members, tuple(item.name for item in fields(kind)))
    return next((convert for kinds, convert in _RULES if issubclass(kind, kinds)), _refuse)


def _members(names: tuple[str, ...], value: Any) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in names}


def _refuse(value: Any) -> Any:
    raise TypeError(f"a request may not hold a {type(value).__name__}")


def _sorted(value: Iterable[Any]) -> list[str]:
    return sorted(_dump(_plain(item)).decode() for item in value)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    return format(value.normalize() + 0, "f")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


#: Tuples of dataclasses taken apart, by identity; more than a process drives orders at a time.
_MOST_KEPT = 256
_lock = Lock()
_lately: dict[int, tuple[tuple[Any, ...], list[Any]]] = {}

_AS_IT_IS = frozenset({type(None), bool, int, str})
_RULES: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((bool, int, str), lambda value: value),
    (Mapping, lambda value: {str(key): _plain(item) for key, item in value.items()}),
    (tuple, _tuple),
    (list, lambda value: [_plain(item) for item in value]),
    ((set, frozenset), _sorted),
    ((Decimal, float), lambda value: _number(Decimal(str(value)))),
    ((datetime, date), lambda value: value.isoformat()),
    (UUID, str),
    (SecretValue, lambda value: "secret:" + _sha256(value.reveal().encode())),
    (bytes, lambda value: "bytes:" + _sha256(value)),
)
_converters: dict[type, Callable[[Any], Any]] = {}
