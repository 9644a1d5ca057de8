"""The types of settings, and how each reads what is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from connectors.schema.web_address import is_web_address
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

#: Words for yes and no, compared without case.
TRUE = frozenset({"true", "1", "yes", "on"})
FALSE = frozenset({"false", "0", "no", "off"})


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
        if word not in TRUE | FALSE:
            raise ValueError("must be true or false")
        return word in TRUE


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


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
