"""Panels that other apps add to the order's page, such as its payments; and rows that are only looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from tenants.adminkit import TabularInline, link_to
from workflows.by_hand import Subject

#: Makes a panel's HTML for one order, in a fixed number of statements; "" leaves it out.
Panel = Callable[[HttpRequest, Subject], SafeString | str]

_panels: list[tuple[int, Panel]] = []


class ReadOnlyInline(TabularInline):
    """Rows that are only looked at. With `show_change_link` each has a link to its own page; `nothing` is said where
    there are none."""

    can_delete = False
    tab = True
    template_after = "admin/no_rows.html"
    nothing = "None yet."

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*(self.fields or ()), *(["page"] if self.show_change_link else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [name for name in self.fields or () if name not in self.readonly_fields]
        return [*self.readonly_fields, *names, "page"]

    @admin.display(description="")
    def page(self, row: Any) -> str:
        return link_to(row, "Open")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def register_panel(place: int) -> Callable[[Panel], Panel]:
    """Decorator: show a panel on every order's page, from an app's `admin` package; lower places come first."""

    def remember(panel: Panel) -> Panel:
        _panels[:] = sorted([item for item in _panels if item[1] is not panel] + [(place, panel)], key=_place)
        return panel

    return remember


def panels() -> list[Panel]:
    return [panel for _, panel in _panels]


def _place(item: tuple[int, Panel]) -> int:
    return item[0]
