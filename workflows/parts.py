"""Parts of a new order that other apps own, such as payments: `register_part` in their `order_parts.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import autodiscover_modules

from workflows.problems import FieldErrors

if TYPE_CHECKING:
    from workflows.intake import OrderDraft
    from workflows.models import Order

Validate = Callable[[Any, "OrderDraft", FieldErrors], Any]
Save = Callable[["Order", Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    validate: Validate
    save: Save
    serializer: type | None = None


_parts: dict[str, Part] = {}


def register_part(name: str, validate: Validate, save: Save, *, serializer: type | None = None) -> None:
    """Let the body of a new order have a key `name`.

    `validate(value, draft, errors)` is called when the key is present; it adds what is wrong to `errors`
    (paths below the key) and returns what `save(order, value)` gets, inside the transaction and before the first
    run is started. `serializer` is a REST serializer class: the API reads and describes its fields.
    """
    if name in _parts and _parts[name].validate is not validate:
        raise ValueError(f"two parts of an order are called {name}")
    _parts[name] = Part(name=name, validate=validate, save=save, serializer=serializer)


@cache
def _discover() -> None:
    autodiscover_modules("order_parts")


def all_parts() -> dict[str, Part]:
    _discover()
    return dict(_parts)
