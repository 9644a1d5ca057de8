"""Who makes the calls that the log shows. The app that has connectors says so here; the log knows their ids only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Caller(NamedTuple):
    """A connector as the log's filters offer it; `provider` is a slug, `provider_label` what people call it."""

    id: int
    label: str
    category: str
    provider: str
    provider_label: str


_sources: list[Callable[[], Iterable[Caller]]] = []
_finders: list[Callable[[str], Iterable[int]]] = []


def register_callers(source: Callable[[], Iterable[Caller]]) -> None:
    """`source()` lists the connectors of the tenant in scope, in one statement."""
    if source not in _sources:
        _sources.append(source)


def callers() -> list[Caller]:
    return [caller for source in _sources for caller in source()]


def register_finder(finder: Callable[[str], Iterable[int]]) -> None:
    """`finder(text)` gives the ids of the few orders that an id of another system means."""
    if finder not in _finders:
        _finders.append(finder)


def orders_of(text: str) -> list[int]:
    return [pk for finder in _finders for pk in finder(text)]
