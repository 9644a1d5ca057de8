"""A body by Field Mapping: rows (Property, Connector Property) say which of our fields goes where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import Rejected
from connectors.order_json import at, plain_name

Rows = Sequence[tuple[str, str]]


def document_of(rows: Rows, order: Mapping[str, Any]) -> dict[str, Any]:
    """The order as the rows lay it out; paths with dots make objects in objects. Rows of lines, such as (Lines.SKU, code),
    are within each line of the list that the row Lines leads to."""
    found: dict[str, Any] = {}
    of_lines: list[tuple[str, str]] = []
    place = "lines"
    for ours, theirs in rows:
        name = plain_name(ours)
        if name == "lines":
            place = theirs
        elif name.startswith("lines."):
            of_lines.append((ours.split(".", 1)[1], theirs))
        else:
            _put(found, theirs, at(order, ours))
    if of_lines:
        _put(found, place, [_line(of_lines, line) for line in order.get("lines", [])])
    return found


def _line(rows: Rows, line: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for ours, theirs in rows:
        _put(found, theirs, at(line, ours))
    return found


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    """Raises Rejected where two rows want one place. What we do not have is left out."""
    if value is None:
        return
    *above, last = path.split(".")
    for name in above:
        document = document.setdefault(name, {})
        if not isinstance(document, dict):
            raise Rejected(f"The Field Mapping puts a value and an object at {path}; mend one of the rows")
    document[last] = value
