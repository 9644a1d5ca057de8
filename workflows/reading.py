"""Reads untrusted documents field by field and collects everything that is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from tenants.clock import YEARS
from tenants.money import Money, MoneyError
from workflows.problems import FieldErrors

__all__ = ["MAX_ITEMS", "MISSING", "YEARS", "Reader", "plain", "refuse_unstorable"]

MAX_ITEMS = 1_000
MAX_DEPTH = 8
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIGHEST = 10**30
_missing = object()

# The cure follows the semicolon, which is how problem documents tell the two apart.
MISSING = "This is missing; send this field."
NO_OBJECT = "This is not an object; send names and values in braces."
NO_LIST = "This is not a list; send one in square brackets."
TOO_MANY = f"This has more than {MAX_ITEMS} entries; send fewer."


class Reader:
    """One object of a document. Methods return a usable value and file a complaint where there is none."""

    def __init__(self, data: Mapping[str, Any], errors: FieldErrors) -> None:
        self.data = data
        self.errors = errors

    def has(self, key: str) -> bool:
        return self.data.get(key) not in (None, "")

    def text(self, key: str, limit: int, *, required: bool = False) -> str:
        """`limit` in characters."""
        value = self.data.get(key)
        if value in (None, ""):
            if required:
                self.errors.add(key, MISSING)
            return ""
        if not isinstance(value, str):
            self.errors.add(key, 'This is not text; send it in quotes, such as "NOR".')
            return ""
        if len(value) > limit:
            self.errors.add(key, f"This is too long; send at most {limit} characters.")
            return ""
        return value.strip()

    def amount(self, key: str, currency: str, default: Decimal | None = None) -> Decimal | None:
        """An amount of 0 or more that the currency can express; `default` when there is none."""
        if not self.has(key):
            return default
        try:
            amount = Money.of(_number(self.data[key]), currency).amount
        except (MoneyError, TypeError) as error:
            self.errors.add(key, str(error))
            return None
        if amount < 0:
            self.errors.add(key, "This is below 0; give what is taken off as a positive discount.")
            return None
        return amount

    def decimal(self, key: str, *, above: int | None = None, limit: int, default: Any = _missing) -> Any:
        """A number with at most three decimals from 0 (or above `above`) to below `limit`."""
        if not self.has(key):
            if default is _missing:
                self.errors.add(key, MISSING)
            return None if default is _missing else default
        try:
            number = Decimal(_number(self.data[key]))
        except (InvalidOperation, TypeError):
            self.errors.add(key, 'This is not a number; send digits in quotes, such as "2" or "0.5".')
            return None
        if not number.is_finite() or not 0 <= number < limit or (above is not None and number <= above):
            lowest = "0 or more" if above is None else f"more than {above}"
            self.errors.add(key, f"This is out of range; send {lowest} and less than {limit}.")
            return None
        if number != round(number, 3):
            self.errors.add(key, "This is too fine; send at most three decimals.")
            return None
        return number

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.errors.add(key, NO_OBJECT)
            return {}
        if len(value) > MAX_ITEMS:
            self.errors.add(key, TOO_MANY)
            return {}
        return value

    def items(self, key: str, *, required: bool = False) -> Sequence[Any]:
        value = self.data.get(key)
        if value is None or value == []:
            if required:
                self.errors.add(key, "This is empty; send at least one.")
            return []
        if not isinstance(value, (list, tuple)):
            self.errors.add(key, NO_LIST)
            return []
        if len(value) > MAX_ITEMS:
            self.errors.add(key, TOO_MANY)
            return []
        return value

    def readers(self, key: str, *, required: bool = False) -> Iterator[Reader]:
        """A reader for each object of a list."""
        errors = self.errors.under(key)
        for index, item in enumerate(self.items(key, required=required)):
            if isinstance(item, Mapping):
                yield Reader(item, errors.under(index))
            else:
                errors.add(str(index), NO_OBJECT)

    def texts(self, key: str, limit: int) -> list[str]:
        """A list of texts, each once, in the order given."""
        errors = self.errors.under(key)
        for index, item in enumerate(self.items(key)):
            if not isinstance(item, str) or not 0 < len(item.strip()) <= limit:
                errors.add(str(index), f"This is not usable; send text of 1 to {limit} characters.")
        return list(dict.fromkeys(item.strip() for item in self.items(key) if isinstance(item, str)))

    def named_texts(self, key: str, limit: int) -> dict[str, str]:
        """An object of names and texts, such as external ids."""
        errors = self.errors.under(key)
        for name, value in self.mapping(key).items():
            if not isinstance(value, str) or not 0 < len(value) <= limit or not 0 < len(name) <= 100:
                errors.add(
                    name,
                    f"This is not usable; send text of 1 to {limit} under a name of 1 to 100 characters.",
                )
        return dict(self.mapping(key))

    def properties(self, key: str) -> dict[str, Any]:
        """An object of names and JSON values of modest depth; exact fractions become plain numbers."""
        errors = self.errors.under(key)
        found = {}
        for name, value in self.mapping(key).items():
            if not isinstance(name, str) or not 0 < len(name) <= 100:
                errors.add(str(name)[:100], "This name is not usable; send one of 1 to 100 characters.")
            elif _depth(value) > MAX_DEPTH:
                errors.add(name, f"This is nested too deeply; send at most {MAX_DEPTH} levels.")
            else:
                with errors.catch(name, ValueError):
                    found[name] = plain(value)
        return found


def plain(value: Any) -> Any:
    """A JSON value as it is stored. Raises ValueError for what JSON cannot say."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, bool)):
        return value
    if not _is_modest_number(value):
        raise ValueError("This is not a JSON value of usual size; send text, numbers, lists or objects.")
    return int(value) if value == int(value) else float(value)


def _is_modest_number(value: object) -> TypeGuard[int | float | Decimal]:
    try:
        return (
            isinstance(value, (int, float, Decimal)) and math.isfinite(value) and -_HIGHEST < value < _HIGHEST
        )
    except (OverflowError, ValueError):
        return False


def refuse_unstorable(data: Any, errors: FieldErrors, path: str = "") -> None:
    """Complain about text that a database cannot hold: NUL characters and half surrogate pairs."""
    if isinstance(data, str):
        if "\x00" in data or _SURROGATE.search(data):
            errors.add(path or "body", "This holds a NUL or half of a surrogate pair; send characters only.")
    elif isinstance(data, Mapping):
        for key, value in data.items():
            refuse_unstorable(str(key), errors, path or "body")
            refuse_unstorable(value, errors, f"{path}.{key}" if path else str(key))
    elif isinstance(data, (list, tuple)):
        for index, value in enumerate(data):
            refuse_unstorable(value, errors, f"{path}.{index}" if path else str(index))


def _number(value: Any) -> Decimal | int | str:
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(f'{value!r} is not an exact amount; send it as text, such as "199.00"')
    return value


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        level = [
            child
            for item in level
            if isinstance(item, (Mapping, list, tuple))
            for child in (item.values() if isinstance(item, Mapping) else item)
        ]
    return deepest
