"""A provider's settings as a class of fields, and their compiled values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from connectors.schema.fields import Field
from tenants.secret_value import SecretValue


class SettingsError(ValueError):
    """Settings are missing or unusable. `problems` holds (label, column or property key, message) of every one."""

    def __init__(self, problems: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(f"{label}: {message}" for label, _, message in problems))
        self.problems = list(problems)


class SettingsValues:
    """Compiled settings by attribute; immutable. A secret prints as its mask."""

    __slots__ = ("_values",)

    _values: dict[str, Any]

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", dict(values))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"there is no setting {name!r}")
        return self._values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("compiled settings cannot be changed")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SettingsValues) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"SettingsValues({self._values!r})"


class Settings:
    """Base of a provider's settings; subclasses declare fields as attributes. Two fields never share a place."""

    def __init_subclass__(cls) -> None:
        places = [field.stored_as.casefold() for field in cls.fields().values()]
        doubles = sorted({place for place in places if places.count(place) > 1})
        if doubles:
            raise TypeError(f"{cls.__qualname__} stores two settings in {', '.join(doubles)}")

    @classmethod
    @cache
    def fields(cls) -> Mapping[str, Field]:
        """Fields by attribute, those of base classes first, in the order of declaration."""
        found: dict[str, Field] = {}
        for base in reversed(cls.__mro__):
            found.update({name: item for name, item in vars(base).items() if isinstance(item, Field)})
        return MappingProxyType(found)

    @classmethod
    def compile(cls, columns: Mapping[str, Any], properties: Mapping[str, Any]) -> SettingsValues:
        """Values from connector fields and properties; keys compare without case, a Key Group is a nested mapping.

        Raises SettingsError that lists every problem.
        """
        stored = {key.casefold(): value for key, value in properties.items()}
        values: dict[str, Any] = {}
        problems: list[tuple[str, str, str]] = []
        for name, field in cls.fields().items():
            raw = columns.get(field.column) if field.column else stored.get(field.stored_as.casefold())
            try:
                values[name] = field.read(raw)
            except ValueError as error:
                problems.append((field.label, field.stored_as, str(error)))
        if problems:
            raise SettingsError(problems)
        return SettingsValues(values)


def secrets_of(values: SettingsValues) -> tuple[SecretValue, ...]:
    """Every secret among compiled settings, also those inside a Key Group."""
    found = []
    for value in values._values.values():
        items = value.values() if isinstance(value, Mapping) else (value,)
        found += [item for item in items if isinstance(item, SecretValue) and item]
    return tuple(found)
