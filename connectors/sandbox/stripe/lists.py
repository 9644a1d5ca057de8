"""Stripe's lists: newest first, with cursors that are ids, and filters on the time of creation."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from itertools import islice

from connectors.sandbox.stripe.account import Call, Json
from connectors.sandbox.stripe.errors import invalid, no_such

_PAGING = {"limit", "starting_after", "ending_before"}
_COMPARISONS = {
    "created": operator.eq,
    "created[gt]": operator.gt,
    "created[gte]": operator.ge,
    "created[lt]": operator.lt,
    "created[lte]": operator.le,
}


def page(call: Call, items: dict[str, Json], path: str, *filters: str) -> Json:
    """One page; `filters` are the fields that this list may be filtered by. Raises StripeError."""
    tests = [_test(name, value, filters) for name, value in call.query.items() if name not in _PAGING]
    limit = _limit(call)
    found = (item for item in _after_cursor(call, items) if all(test(item) for test in tests))
    data = list(islice(found, limit + 1))
    if "ending_before" in call.query:
        data.reverse()
        shown = data[-limit:]
    else:
        shown = data[:limit]
    return {"object": "list", "url": path, "has_more": len(data) > limit, "data": shown}


def _limit(call: Call) -> int:
    text = call.query.get("limit", "10")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise invalid("limit must be between 1 and 100", param="limit", code="parameter_invalid_integer")
    return int(text)


def _after_cursor(call: Call, items: dict[str, Json]) -> Iterator[Json]:
    """Newest first, from the cursor on; for ending_before the other way, so that the nearest come first."""
    name = next((name for name in ("starting_after", "ending_before") if name in call.query), "")
    if not name:
        yield from reversed(items.values())
        return
    cursor = call.query[name]
    if cursor not in items:
        raise no_such("object", cursor, name)
    ordered = iter(items.values()) if name == "ending_before" else reversed(items.values())
    for item in ordered:
        if item["id"] == cursor:
            break
    yield from ordered


def _test(name: str, value: str, filters: tuple[str, ...]) -> Callable[[Json], bool]:
    if name in _COMPARISONS:
        if not value.isdecimal():
            raise invalid(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")
        compare, moment = _COMPARISONS[name], int(value)
        return lambda item: bool(compare(item["created"], moment))
    field = name.removesuffix("[]")
    if field not in filters:
        raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")
    return lambda item: item[field] == value
