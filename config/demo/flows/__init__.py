"""What goes through the merchant's further systems: one module each, found by itself. See `base.Flow`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from config.demo.flows.base import Flow

__all__ = ["Flow", "flows"]


@cache
def flows() -> tuple[Flow, ...]:
    """One of each, in the order of their modules' names."""
    modules = [import_module(f"{__name__}.{item.name}") for item in iter_modules(__path__)]
    kinds = [
        item
        for module in modules
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Flow) and item.__module__ == module.__name__
    ]
    return tuple(kind() for kind in kinds if kind is not Flow)
