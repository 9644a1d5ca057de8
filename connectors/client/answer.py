"""What came back, and reading it without trusting it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contracts.base import BadAnswer

DEEPEST = 64
#: A number beyond this power of ten is no amount, weight or id of anybody.
_LARGEST_EXPONENT = 300

_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_INNERMOST = re.compile(r"\{\}|\[\]")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """See contracts.base.Answer. Header names compare without case; `body` is decompressed and within the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The document; whole numbers as int, others as Decimal, at most 64 levels deep. Raises BadAnswer."""
        text = self.text().strip()
        if not text:
            raise BadAnswer("the answer is empty")
        if text.startswith("<"):
            raise BadAnswer("the answer is a page of HTML or XML instead of JSON")
        return parse(text)

    def text(self) -> str:
        """The body in its declared character set, UTF-8 where none is declared. Raises BadAnswer."""
        found = _CHARSET.search(self.headers.get("Content-Type", ""))
        charset = found[1] if found else "utf-8"
        try:
            return self.body.decode(charset).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError):
            raise BadAnswer(f"the answer is not text in {charset[:40]}") from None


def parse(text: str) -> Any:
    """JSON from a stranger. Raises BadAnswer with what is wrong with it."""
    try:
        document = json.loads(text, parse_float=_number, parse_constant=_no_number)
    except BadAnswer:
        raise
    except json.JSONDecodeError as error:
        raise BadAnswer(_described(error)) from None
    except RecursionError:
        raise BadAnswer(f"the answer is nested more than {DEEPEST} levels deep") from None
    except ValueError:
        raise BadAnswer("the answer holds a number that is too long") from None
    if _is_too_deep(text):
        raise BadAnswer(f"the answer is nested more than {DEEPEST} levels deep")
    return document


def _described(error: json.JSONDecodeError) -> str:
    if error.pos >= len(error.doc) or error.msg.startswith("Unterminated"):
        return f"the answer is JSON that ends too early, after {len(error.doc)} characters"
    return f"the answer is not JSON (at character {error.pos})"


def _is_too_deep(text: str) -> bool:
    """Takes the innermost pair of brackets away once for each level that is allowed."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    brackets = _NO_BRACKETS.sub("", _STRINGS.sub("", text))
    for _ in range(DEEPEST):
        if not brackets:
            return False
        brackets = _INNERMOST.sub("", brackets)
    return bool(brackets)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadAnswer("the answer holds a number out of range") from None
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise BadAnswer("the answer holds a number out of range")
    return number


def _no_number(name: str) -> Any:
    raise BadAnswer(f"the answer holds {name}, which is not a number")
