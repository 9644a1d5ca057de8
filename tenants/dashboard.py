"""The admin's first page: what waits for somebody in this tenant, and the sidebar's pages as a map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from tenants.models import Right
from tenants.navigation import TOP, navigation

#: More than this many are not counted.
_MOST = 100


class Waiting(NamedTuple):
    one: str
    many: str
    rows: Callable[[], Any]
    page: str
    query: str


_kinds: list[Waiting] = []


def register_waiting(one: str, many: str, rows: Callable[[], Any], page: str, query: str) -> None:
    """Count `rows()` on the first page, as "1 <one>" or "7 <many>" with a link to a list of the admin; `query` narrows
    the list to the same rows. The rows have to be few, or found by an index."""
    _kinds[:] = [kind for kind in _kinds if kind.many != many] + [Waiting(one, many, rows, page, query)]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page; the skin calls it."""
    seen = Right.VIEW in getattr(request, "rights", ())
    waiting = [line for kind in _kinds if (line := _line(kind))] if seen else []
    return {
        **context,
        "title": getattr(getattr(request, "tenant", None), "name", "Crossdock"),
        "waiting": waiting,
        "may_look": seen,
        "map": [
            {"title": group["title"], "pages": group["items"]}
            for group in navigation(request)
            if group["title"] != TOP
        ],
    }


def _line(kind: Waiting) -> dict[str, str] | None:
    found = kind.rows()[: _MOST + 1].count()
    if not found:
        return None
    number = f"more than {_MOST}" if found > _MOST else str(found)
    words = kind.one if found == 1 else kind.many
    return {"words": f"{number} {words}", "link": f"{reverse(kind.page)}?{kind.query}"}
