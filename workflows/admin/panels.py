"""Panels that other apps add to the order's page, such as its payments."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tenants.adminkit import TabularInline, link_to

_panels: list[type[TabularInline]] = []


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


def register_panel(panel: type[TabularInline]) -> type[TabularInline]:
    """Show an inline of rows with a foreign key to the order on every order's page; from an app's `admin.py`."""
    if panel not in _panels:
        _panels.append(panel)
    return panel


def panels() -> list[type[TabularInline]]:
    return list(_panels)
