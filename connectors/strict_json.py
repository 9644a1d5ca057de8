"""JSON of strangers: numbers exact, nothing that is not JSON, no depth that could break a reader."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from tenants.storable import storable_document

DEPTH = 64
#: The largest power of ten of a number: what a double can hold.
LARGEST_EXPONENT = 308

#: What may be or stand for what no database keeps: NUL and half surrogate pairs.
_SUSPECT = re.compile(r"\\u(?:0000|d[89a-f])|[\ud800-\udfff]", re.IGNORECASE)


class BadAnswer(ValueError):
    """The body is not what was agreed: HTML, empty, cut off, too deep."""


def parse(body: bytes) -> Any:
    """The document, numbers with decimals as Decimal and texts such as a database can keep. Raises BadAnswer with a text
    for staff."""
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        document = json.loads(text, parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(_reason(body, error)) from None
    if _deeper_than(document, DEPTH):
        raise BadAnswer(f"its JSON is nested more than {DEPTH} levels deep")
    return storable_document(document) if _SUSPECT.search(text) else document


def _reason(body: bytes, error: Exception) -> str:
    if not body.strip():
        return "it is empty"
    if body.lstrip()[:1] == b"<":
        return "it is a web page or XML, not JSON"
    if isinstance(error, RecursionError):
        return f"its JSON is nested more than {DEPTH} levels deep"
    if not isinstance(error, json.JSONDecodeError):
        return (
            "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else "it holds a number out of range"
        )
    cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
    return (
        f"its JSON is cut off after {len(body)} bytes" if cut else f"it is not JSON at character {error.pos}"
    )


def _deeper_than(document: Any, depth: int) -> bool:
    level = [document]
    for _ in range(depth):
        level = [item for node in level for item in _children(node)]
        if not level:
            return False
    return True


def _children(node: Any) -> list[Any]:
    items = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [item for item in items if isinstance(item, (dict, list))]


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(text)
    return number


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
