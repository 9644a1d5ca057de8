"""The settings of an implementation: typed fields that say where their value is stored.

One declaration drives the form, validation, encryption, masking, redaction, auth and the plugin page. Whether a value
is secret is a matter of its type, never of a flag. Knows neither Django nor the network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tenants.secret_value import SecretValue

#: The connector's own fields that a setting may use; all others are properties.
PLAIN_COLUMNS = frozenset(
    {
        "host",
        "username",
        "client_app_id",
        "tenant_url",
        "oauth_tenant",
        "oauth_resource",
        "merchant_id",
        "is_test",
    }
)
SECRET_COLUMNS = frozenset({"bearer_token", "password", "client_app_secret"})
COLUMNS = PLAIN_COLUMNS | SECRET_COLUMNS

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class SettingsError(ValueError):
    """Settings are missing or unusable. `problems` holds (label, column or property key, message) of every one."""

    def __init__(self, problems: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(f"{label}: {message}" for label, _, message in problems))
        self.problems = list(problems)


class Field:
    """One setting. `column` names a connector field, `key` a property; with neither, the key is the CamelCase name.

    `read` turns what is stored (a string, or a value of the right type) into what providers get. `value_type` is the
    property type that an editor proposes for it.
    """

    value_type: ClassVar[str] = "String"

    def __init__(
        self,
        label: str,
        *,
        column: str | None = None,
        key: str | None = None,
        required: bool = True,
        default: Any = None,
        help: str = "",
        choices: Sequence[str] = (),
    ) -> None:
        """Raises TypeError for a declaration that cannot be stored."""
        self.label = label
        self.column = column
        self.key = key
        self.required = required
        self.default = default
        self.help = help
        self.choices = tuple(choices)
        self.name = ""
        self._check_place()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        if not self.column and not self.key:
            self.key = "".join(part.capitalize() for part in name.split("_"))

    @property
    def stored_as(self) -> str:
        """The column's or the property's name."""
        return self.column or self.key or self.name

    def read(self, raw: Any) -> Any:
        """The value for providers; None where nothing is set. Raises ValueError with the cure as its text."""
        if raw is None or raw == "" or raw == SecretValue(""):
            if self.default is None and self.required:
                raise ValueError("is missing")
            return self.default
        return self._chosen(self.convert(raw))

    def convert(self, raw: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has to say how it reads a value")

    def _chosen(self, value: Any) -> Any:
        if not self.choices:
            return value
        for choice in self.choices:
            if str(value).casefold() == choice.casefold():
                return choice
        raise ValueError(f"must be one of {', '.join(self.choices)}")

    def _check_place(self) -> None:
        if self.column and self.key:
            raise TypeError(f"{self.label}: give a column or a key, not both")
        if self.column and self.column not in COLUMNS:
            raise TypeError(f"{self.label}: a connector has no field {self.column!r}")
        if self.column and (self.column in SECRET_COLUMNS) != isinstance(self, Secret):
            raise TypeError(f"{self.label}: {self.column} holds secrets if and only if its type is Secret")


class Text(Field):
    def convert(self, raw: Any) -> str:
        return str(raw).strip()


class Secret(Field):
    """A credential. Providers get a SecretValue; line breaks around a pasted value are dropped."""

    def convert(self, raw: Any) -> SecretValue:
        plain = raw.reveal() if isinstance(raw, SecretValue) else str(raw)
        return SecretValue(plain.strip("\r\n"))


class Integer(Field):
    value_type = "Number"

    def convert(self, raw: Any) -> int:
        text = str(raw).strip()
        if isinstance(raw, bool) or not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise ValueError("must be a whole number such as 30")
        return int(text)


class Number(Field):
    """A decimal number with a decimal point."""

    value_type = "Number"

    def convert(self, raw: Any) -> Decimal:
        try:
            number = Decimal(str(raw).strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(raw, bool) or not number.is_finite():
            raise ValueError("must be a number with a decimal point, such as 12.5")
        return number


class Boolean(Field):
    value_type = "Boolean"

    def convert(self, raw: Any) -> bool:
        word = str(raw).strip().casefold()
        if word not in _TRUE | _FALSE:
            raise ValueError("must be true or false")
        return word in _TRUE


class Url(Field):
    """A web address without trailing slash, user name or fragment."""

    def convert(self, raw: Any) -> str:
        url = str(raw).strip().rstrip("/")
        if not is_web_address(url):
            raise ValueError("must be a web address such as https://api.example.com")
        return url


class Choice(Field):
    """One of `choices`, compared without case."""

    def __init__(self, label: str, *, choices: Sequence[str], **options: Any) -> None:
        super().__init__(label, choices=choices, **options)

    def convert(self, raw: Any) -> str:
        return str(raw).strip()


class Json(Field):
    """Any JSON document; numbers with decimals become Decimal."""

    value_type = "JSON"

    def convert(self, raw: Any) -> Any:
        if not isinstance(raw, str):
            return raw
        try:
            return json.loads(raw, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise ValueError('must be JSON, such as {"name": "value"}') from None


class Date(Field):
    value_type = "Date"

    def convert(self, raw: Any) -> date:
        if isinstance(raw, date):
            return raw
        try:
            return date.fromisoformat(str(raw).strip())
        except ValueError:
            raise ValueError("must be a date such as 2026-05-31") from None


class Group(Field):
    """All properties of one Key Group: a mapping of key to text or SecretValue, {} where there are none."""

    def __init__(self, label: str, *, group: str, **options: Any) -> None:
        super().__init__(label, key=group, required=False, default={}, **options)

    def convert(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise ValueError(f"must be properties with the Key Group {self.key}")
        return dict(raw)


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
    def fields(cls) -> dict[str, Field]:
        """Fields by attribute, those of base classes first, in the order of declaration."""
        found: dict[str, Field] = {}
        for base in reversed(cls.__mro__):
            found.update({name: item for name, item in vars(base).items() if isinstance(item, Field)})
        return found

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


def is_web_address(url: str) -> bool:
    """Whether this is an http or https address with a host and without user name, spaces or control characters."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    clean = not _CONTROL.search(url) and " " not in url and "\\" not in url
    plain = parts.username is None and parts.password is None and not parts.fragment
    return clean and plain and port_fits and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
