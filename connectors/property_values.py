"""Values of a connector's properties, read by their type."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from connectors.schema.fields import FALSE, TRUE

LARGEST_FILE = 256 * 1024
#: The property, compared without case, that chooses test host and mode besides the connector's own Is Test.
IS_TEST = "istest"


@dataclass(frozen=True, slots=True)
class FileValue:
    """A file stored in a property, as text "<name>;base64,<content>"."""

    name: str
    content: bytes

    def stored(self) -> str:
        return f"{self.name};base64,{base64.b64encode(self.content).decode()}"


def read_value(value_type: str, text: str) -> Any:
    """The typed value of a stored text; None for an empty one. Raises ValueError with the cure as its text."""
    if text == "" or (value_type not in {"String", "Textarea"} and not text.strip()):
        return text if value_type in {"String", "Textarea"} else None
    reader = _READERS.get(value_type)
    if reader is None:
        raise ValueError(f"{value_type!r} is not a type of property")
    return reader(text)


def is_true(value: Any) -> bool | None:
    """What a word such as "yes" or "0" means; None for any other."""
    word = str(value).strip().casefold()
    return word in TRUE if word in TRUE | FALSE else None


def _boolean(text: str) -> bool:
    meant = is_true(text)
    if meant is None:
        raise ValueError("Use true or false.")
    return meant


def _datetime(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("Use a date and time with its offset, such as 2026-05-31T14:30:00+02:00.")
    return moment


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("Use a date such as 2026-05-31.") from None


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError("Use a number with a decimal point, such as 12.5.")
    return number


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        where = (
            f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise ValueError(f'This is not JSON{where}; use for example {{"name": "value"}}.') from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _file(text: str) -> FileValue:
    name, marker, body = text.partition(";base64,")
    try:
        content = base64.b64decode(body, validate=True)
    except binascii.Error:
        marker = ""
        content = b""
    if not marker:
        raise ValueError("This is not a stored file; choose the file again.")
    if len(content) > LARGEST_FILE:
        raise ValueError(f"The file is too large; use at most {LARGEST_FILE // 1024} KiB.")
    return FileValue(name, content)


def _code(text: str) -> str:
    return text.strip()


_READERS: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Textarea": str,
    "Boolean": _boolean,
    "DateTime": _datetime,
    "Date": _date,
    "Number": _number,
    "JSON": _json,
    "File": _file,
    "Store": _code,
    "OrderStatus": _code,
}
