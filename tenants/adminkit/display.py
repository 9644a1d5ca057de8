from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from unfold.decorators import display as skin_display

Column = Callable[[Any, Any], Any]


def badge(words: Any, colour: str = "") -> SafeString:
    """Words in a coloured frame: "success", "info", "warning", "danger", or "" for grey."""
    return mark_safe(render_to_string("unfold/helpers/label.html", {"text": words, "type": colour}))  # noqa: S308


class Labelled(tuple[str, str]):
    """A value and what people read of it, coloured by the value."""

    colours: Mapping[str, str]

    def __str__(self) -> str:
        return self[1]

    def __html__(self) -> str:
        return badge(self[1], self.colours[self[0]]) if self[0] in self.colours else escape(self[1] or "-")


def display(*, label: Any = None, **options: Any) -> Callable[[Column], Column]:
    """As the skin's decorator. A column with `label` may be a (value, words) pair; the label is also shown on the page
    of one row."""

    def decorate(column: Column) -> Column:
        @wraps(column)
        def shown(model_admin: Any, row: Any) -> Any:
            value = column(model_admin, row)
            if not isinstance(value, tuple):
                return value
            found = Labelled(value)
            found.colours = label if isinstance(label, dict) else {}
            return found

        decorated: Column = skin_display(label=label, **options)(shown)
        return decorated

    return decorate
