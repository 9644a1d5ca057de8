from __future__ import annotations

from functools import cache

from django.utils.module_loading import autodiscover_modules

from workflows.by_hand.base import OrderAct
from workflows.chart import suggest
from workflows.problems import InvalidData

_GROUPS = ("Payment", "Shipment", "Order", "Workflow")

_acts: dict[str, OrderAct] = {}


def register(cls: type[OrderAct]) -> type[OrderAct]:
    """Class decorator: offer this act on every order. Raises ValueError when the name is taken."""
    if cls.name in _acts and type(_acts[cls.name]) is not cls:
        raise ValueError(f"two acts are called {cls.name}")
    _acts[cls.name] = cls()
    return cls


@cache
def _discover() -> None:
    autodiscover_modules("order_acts")


def all_acts() -> list[OrderAct]:
    """In the order of their groups, and within a group as they were registered."""
    _discover()
    return sorted(_acts.values(), key=lambda act: _place(act.group))


def find_act(name: str) -> OrderAct:
    """Raises InvalidData for a name that no act has."""
    _discover()
    act = _acts.get(name)
    if act is None:
        raise InvalidData({"action": [f"there is no action {name!r}; {suggest(name, _acts)}"]})
    return act


def _place(group: str) -> int:
    return _GROUPS.index(group) if group in _GROUPS else len(_GROUPS)
