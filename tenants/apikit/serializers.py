from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any

from rest_framework import serializers

#: Names of one object that are told to be wrong: looking for what is meant by each takes time.
_MOST_TOLD = 20


class StrictSerializer(serializers.Serializer):
    """Refuses what it does not know, so that a mistyped field is an error and not silence. Also as a mixin."""

    def to_internal_value(self, data: Any) -> Any:
        unexpected = self._unexpected(data) if isinstance(data, Mapping) else {}
        if not unexpected:
            return super().to_internal_value(data)
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unexpected}) from None  # type: ignore[dict-item]
        raise serializers.ValidationError(unexpected)

    def _unexpected(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        fields = self.fields
        names = (name for name in data if name not in fields or fields[name].read_only)
        return {
            name: [_read_only(name) if name in fields else self._unknown(name)]
            for name in islice(names, _MOST_TOLD)
        }

    def _unknown(self, name: str) -> str:
        writable = [known for known, field in self.fields.items() if not field.read_only]
        return f"This field does not exist; {near(str(name), writable)}"


def near(name: str, known: Iterable[str]) -> str:
    """What to send instead of an unknown name."""
    found = get_close_matches(name, list(known), n=1)
    return f"did you mean {found[0]}?" if found else f"known are {', '.join(known)}"


def _read_only(name: str) -> str:
    return "This field is set by Crossdock; leave it out"


_made: dict[type[serializers.BaseSerializer], serializers.BaseSerializer] = {}


def _one(kind: type[serializers.BaseSerializer]) -> serializers.BaseSerializer:
    """A serializer copies all its fields each time it is made, and needs none of its own to read or to show."""
    return _made.get(kind) or _made.setdefault(kind, kind())


def read(kind: type[serializers.BaseSerializer], data: Any) -> dict[str, Any]:
    """The checked document. Raises ValidationError with all that is wrong with it."""
    return dict(_one(kind).run_validation(data))


def show(
    kind: type[serializers.BaseSerializer], item: Any, fields: frozenset[str] | None = None
) -> dict[str, Any]:
    """The document of a row, or these fields of it. For serializers that need no context."""
    known: Any = kind
    return dict((_one(kind) if fields is None else _part(known, fields)).to_representation(item))


def names_of(kind: type[serializers.BaseSerializer]) -> Collection[str]:
    """The fields that a document of this kind has."""
    one: Any = _one(kind)
    return [name for name, field in one.fields.items() if not field.write_only]


@lru_cache(256)
def _part(kind: Any, fields: frozenset[str]) -> Any:
    part = kind()
    for name in set(part.fields) - fields:
        del part.fields[name]
    return part


class OpenJSONField(serializers.JSONField):
    """Free JSON, such as properties. Exact fractions become plain numbers again, which is what is stored."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(_plain(data))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
