from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from unfold.widgets import UnfoldAdminTextareaWidget

_MOST_ROWS = 24


class JsonInput(UnfoldAdminTextareaWidget):
    """A box that shows JSON as people write it, is empty where there is nothing, and grows with its text."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 2, "spellcheck": "false", **(attrs or {})})
        self.attrs["class"] = f"{self.attrs['class']} grows json"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        lines = str(value or "").count("\n") + 1
        rows = max(lines, int(self.attrs["rows"]))
        return super().get_context(name, value, {**(attrs or {}), "rows": min(rows, _MOST_ROWS)})


class JsonField(forms.JSONField):
    """JSON that every database can hold; an empty box is what `nothing` makes, such as an empty object."""

    widget = JsonInput

    def __init__(self, *, nothing: Callable[[], Any] = lambda: None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.nothing = nothing

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, InvalidJSONInput):
            return str(value)
        return "" if value in ({}, [], None) else json.dumps(value, indent=2, ensure_ascii=False)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was refused is shown as it was typed."""
        try:
            self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return self.nothing()
        try:
            found = super().to_python(value)
            storable = _is_storable(found)
        except RecursionError:
            raise ValidationError("This is nested too deeply.") from None
        except ValidationError:
            raise ValidationError(_what_is_wrong(value)) from None
        if not storable:
            raise ValidationError(
                "Use finite numbers, and text without NUL and without half surrogate pairs."
            )
        return found


def _what_is_wrong(text: str) -> str:
    try:
        json.loads(text)
    except ValueError as error:
        line = (
            f"line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else "the text"
        )
        return f'This is not JSON: look at {line}. Write names and texts in double quotes, as {{"Name": "value"}}.'
    return "This is not JSON."


def _is_storable(value: Any) -> bool:
    if isinstance(value, str):
        return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_is_storable(item) for pair in value.items() for item in pair)
    return all(map(_is_storable, value)) if isinstance(value, list) else True
