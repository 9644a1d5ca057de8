"""Lists in Sitoo's envelope: filtered, sorted, paged, with the fields that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.sandbox.sitoo.account import Json, SitooError

#: Whatever is asked for, no more come at once.
MOST = 500


def envelope(items: Iterable[Json], query: Mapping[str, str], *, sort: str = "") -> Json:
    """`sort` is the field that the list is sorted by where nothing is asked for; "-" in front turns it round."""
    order = query.get("sort", sort)
    found = list(items)
    if order:
        found.sort(key=lambda item: item[order.lstrip("-")], reverse=order.startswith("-"))
    start, num = whole(query, "start", 0), min(whole(query, "num", 10), MOST)
    fields = [name for name in query.get("fields", "").split(",") if name]
    page = found[start : start + num]
    shown = [{name: item[name] for name in fields if name in item} for item in page] if fields else page
    return {"totalcount": len(found), "items": shown}


def among(query: Mapping[str, str], name: str) -> Callable[[Any], bool]:
    """Whether a value is one of those that a filter names; every one is where it names none."""
    if name not in query:
        return lambda value: True
    wanted = {part.strip().casefold() for part in query[name].split(",")}
    return lambda value: str("" if value is None else value).casefold() in wanted


def whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.lstrip("-").isdecimal():
        raise SitooError(400, f"{name} is not an integer")
    return int(text)
