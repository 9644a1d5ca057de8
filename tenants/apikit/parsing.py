"""JSON as the API accepts it: no duplicate names, no NaN, bounded in size and depth, fractions exact."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from rest_framework.parsers import BaseParser

from tenants.apikit.problems import Problem

DEPTH = 32
ITEMS = 1000
_NUMBER_LENGTH = 40
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises Problem 400 that names the place."""
        return loads(stream.read())


def loads(raw: bytes) -> Any:
    """Read a document. Raises Problem 400."""
    try:
        document = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        raise _broken(f"The body is not UTF-8 at byte {error.start}; send UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _broken(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise _too_deep() from None
    _check(document)
    return document


def _check(document: Any) -> None:
    """Walks without recursion, because the depth is what is in doubt."""
    level: list[Any] = [document]
    for _ in range(DEPTH + 1):
        level = [item for value in level for item in _inside(value)]
        if not level:
            return
    raise _too_deep()


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        _refuse_unstorable(value)
    elif isinstance(value, list):
        if len(value) > ITEMS:
            raise _broken(f"A list has {len(value)} items; send at most {ITEMS}.")
        return value
    elif isinstance(value, dict):
        for name in value:
            _refuse_unstorable(name)
        return value.values()
    return ()


def _refuse_unstorable(text: str) -> None:
    if _UNSTORABLE.search(text):
        raise _broken("A text holds a NUL or half of a surrogate pair; send characters only.")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > ITEMS:
        raise _broken(f"An object has {len(pairs)} names; send at most {ITEMS}.")
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _broken(f"The name {twice[:100]!r} occurs twice in one object; send it once.")
    return document


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _bad_number(text) from None
    if len(text) > _NUMBER_LENGTH or abs(number.adjusted()) > _NUMBER_LENGTH:
        raise _bad_number(text)
    return number


def _integer(text: str) -> int:
    if len(text) > _NUMBER_LENGTH:
        raise _bad_number(text)
    return int(text)


def _refuse_constant(text: str) -> Any:
    raise _broken(f"{text} is not a JSON number; send a number or null.")


def _bad_number(text: str) -> Problem:
    return _broken(
        f"The number {text[:_NUMBER_LENGTH]}… is out of range; send at most {_NUMBER_LENGTH} digits."
    )


def _too_deep() -> Problem:
    return _broken(f"The body is nested too deeply; send at most {DEPTH} levels.")


def _broken(detail: str) -> Problem:
    return Problem(400, "malformed", detail)
