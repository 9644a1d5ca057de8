"""Finds the function for a method and a path with {names} in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Handler = Callable[..., Any]
AnyHandler = TypeVar("AnyHandler", bound=Handler)


class Router:
    def __init__(self) -> None:
        self._routes: dict[tuple[str, int], list[tuple[tuple[str, ...], Handler]]] = defaultdict(list)

    def route(self, method: str, template: str) -> Callable[[AnyHandler], AnyHandler]:
        """Register the function; it gets what stands for each {name} as a keyword."""
        parts = tuple(template.split("/"))

        def register(handler: AnyHandler) -> AnyHandler:
            self._routes[method, len(parts)].append((parts, handler))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Handler, Mapping[str, str]] | None:
        parts = path.split("/")
        for template, handler in self._routes.get((method, len(parts)), ()):
            names = _matched(template, parts)
            if names is not None:
                return handler, names
        return None


def _matched(template: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    names = {}
    for expected, part in zip(template, parts, strict=True):
        if expected.startswith("{"):
            names[expected[1:-1]] = part
        elif expected != part:
            return None
    return names
