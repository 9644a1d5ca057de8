"""The admin's first page: what waits for somebody in this tenant, how it goes, and the sidebar's pages as a map."""

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


class Panel(NamedTuple):
    """What a section shows: a template of `admin/charts/` and its `data`. `lead` is said under the title."""

    template: str
    data: Any
    lead: str = ""


class Section(NamedTuple):
    title: str
    panel: Callable[[HttpRequest], Panel | None]
    place: int


class FirstStep(NamedTuple):
    words: str
    done: Callable[[], bool]
    page: str
    place: int


_kinds: list[Waiting] = []
_sections: list[Section] = []
_first_steps: list[FirstStep] = []


def register_waiting(one: str, many: str, rows: Callable[[], Any], page: str, query: str) -> None:
    """Count `rows()` on the first page, as "1 <one>" or "7 <many>" with a link to a list of the admin; `query` narrows
    the list to the same rows. The rows have to be few, or found by an index."""
    _kinds[:] = [kind for kind in _kinds if kind.many != many] + [Waiting(one, many, rows, page, query)]


def register_section(title: str, panel: Callable[[HttpRequest], Panel | None], *, place: int) -> None:
    """Show what `panel(request)` gives, in the order of `place`, to who may look; nothing where it gives None. It may ask
    the database a few questions that do not grow with its tables."""
    _sections[:] = [known for known in _sections if known.title != title] + [Section(title, panel, place)]


def register_first_step(words: str, done: Callable[[], bool], page: str, *, place: int) -> None:
    """What a new tenant has to do, and where; the steps are shown until the last of them is done."""
    _first_steps[:] = [known for known in _first_steps if known.words != words]
    _first_steps.append(FirstStep(words, done, page, place))


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page; the skin calls it."""
    seen = Right.VIEW in getattr(request, "rights", ())
    waiting = [line for kind in _kinds if (line := _line(kind))] if seen else []
    return {
        **context,
        "title": getattr(getattr(request, "tenant", None), "name", "Crossdock"),
        "waiting": waiting,
        "may_look": seen,
        "first_steps": _open_steps(request) if seen else [],
        "sections": _shown(request) if seen else [],
        "map": [
            {"title": group["title"], "pages": group["items"]}
            for group in navigation(request)
            if group["title"] != TOP
        ],
    }


def _open_steps(request: HttpRequest) -> list[dict[str, Any]]:
    """Each with a link where the person has the page."""
    steps = sorted(_first_steps, key=lambda step: step.place)
    if not steps or steps[-1].done():
        return []
    states = [(step, step.done()) for step in steps[:-1]] + [(steps[-1], False)]
    pages = {item["link"] for group in navigation(request) for item in group["items"]}
    links = {step: link for step, _ in states if (link := reverse(step.page)) in pages}
    return [{"words": step.words, "done": done, "link": links.get(step, "")} for step, done in states]


def _shown(request: HttpRequest) -> list[dict[str, Any]]:
    found = [(item.title, item.panel(request)) for item in sorted(_sections, key=lambda item: item.place)]
    return [{"title": title, **panel._asdict()} for title, panel in found if panel is not None]


def _line(kind: Waiting) -> dict[str, str] | None:
    found = kind.rows()[: _MOST + 1].count()
    if not found:
        return None
    number = f"more than {_MOST}" if found > _MOST else str(found)
    words = kind.one if found == 1 else kind.many
    return {"words": f"{number} {words}", "link": f"{reverse(kind.page)}?{kind.query}"}
