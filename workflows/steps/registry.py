"""All steps by name: the modules `workflow_steps` of the installed apps, then the entry point group `crossdock.steps`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from django.utils.module_loading import autodiscover_modules

from workflows.steps.base import Step

ENTRY_POINT_GROUP = "crossdock.steps"

_steps: dict[str, Step] = {}
_broken: dict[str, str] = {}


class UnknownStep(LookupError):
    """No step has this name."""


def register(cls: type[Step]) -> type[Step]:
    """Class decorator: make a step known by its name. Raises ValueError when the name is taken."""
    key = cls.name.lower()
    if key in _steps and type(_steps[key]) is not cls:
        raise ValueError(f"two steps are called {cls.name}")
    _steps[key] = cls()
    return cls


@cache
def _discover() -> None:
    autodiscover_modules("workflow_steps")
    for point in entry_points(group=ENTRY_POINT_GROUP):
        _load(point)


def _load(point: EntryPoint) -> None:
    """What others install must not stop our own steps; a system check shows `broken`."""
    try:
        cls = point.load()
        if not (isinstance(cls, type) and issubclass(cls, Step)):
            raise TypeError(f"{point.value} is not a Step")
        register(cls)
    except Exception as error:
        _broken[point.name] = f"{type(error).__name__}: {error}"


def broken() -> dict[str, str]:
    """Entry points of others that cannot be used, with the reason."""
    _discover()
    return dict(_broken)


def all_steps() -> dict[str, Step]:
    """Steps by their own name, in alphabetical order."""
    _discover()
    return {step.name: step for _, step in sorted(_steps.items())}


def get(name: str) -> Step:
    """The step of this name, compared without case. Raises UnknownStep."""
    _discover()
    try:
        return _steps[name.lower()]
    except KeyError:
        raise UnknownStep(f"there is no workflow step {name!r}; known are {', '.join(all_steps())}") from None
