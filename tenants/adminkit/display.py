from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from unfold.decorators import display as skin_display

Column = Callable[[Any, Any], Any]


class Labelled(tuple[str, str]):
    """A value and what people read of it. Lists colour it by the value; where it is shown as text, it is the words."""

    __slots__ = ()

    def __str__(self) -> str:
        return self[1]


def display(*, label: Any = None, **options: Any) -> Callable[[Column], Column]:
    """As the skin's decorator. A column with `label` may be a (value, words) pair, also on the page of one row."""

    def decorate(column: Column) -> Column:
        @wraps(column)
        def shown(model_admin: Any, row: Any) -> Any:
            value = column(model_admin, row)
            return Labelled(value) if isinstance(value, tuple) else value

        decorated: Column = skin_display(label=label, **options)(shown)
        return decorated

    return decorate
