"""What a scheduled task can do: the types by name, from the modules `scheduled_tasks` of the installed apps, then from
the entry point group `crossdock.scheduled_tasks`.

A run goes leg by leg. `plan` says what to call next, the call is made outside of any transaction by a thread without
database connection, and `store` writes what it brought together with the new cursor in one transaction. Whatever kills
the worker in between, the next one goes on at the stored cursor.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar

from django.utils.module_loading import autodiscover_modules

from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.errors import Rejected
from connectors.runtime import TenantRuntime
from connectors.schema import Settings
from workflows.chart import suggest

log = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "crossdock.scheduled_tasks"


class UnknownTaskType(LookupError):
    """No task type has this name; the text names those that exist."""


class TaskFailed(Exception):
    """A leg cannot be planned or stored; the text tells staff why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContext:
    """What a leg works with: the task's properties by attribute, the cursor it goes on from, and how far the run is.

    `pending` is what the same leg planned before a worker died with it, `counts` what the run has come to so far, and
    `waymark` what it keeps in mind of a cursor that it met. `connector` is published and can do what the
    type needs; types without `capability` get None.
    """

    task_id: int
    run_id: int
    name: str
    properties: Any
    runtime: TenantRuntime
    connector: ConnectorConfig | None
    cursor: str
    pages: int
    pending: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    waymark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One thing to do next. Without a call, `store` is called at once. `pending` (JSON) is kept until it is stored."""

    call: CallSpec | None = None
    pending: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a leg came to. `counts` are added up over the run; `remarks` tell staff what went wrong with single items;
    `total` is how many items there are to go through in this run, where that is known; a `waymark` replaces the run's."""

    cursor: str
    more: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    total: int | None = None
    waymark: str | None = None


class TaskType(ABC):
    """Base of all types. `capability` is the contract that the task's connector has to fulfil; None needs none."""

    name: ClassVar[str]
    label: ClassVar[str] = ""
    description: ClassVar[str] = ""
    capability: ClassVar[type[Provider] | None] = None
    operation: ClassVar[str] = ""
    properties: ClassVar[type[Settings]] = Settings

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        """What is wrong with properties that could all be read, each with the cure."""
        yield from ()

    @abstractmethod
    def plan(self, context: TaskContext) -> Leg | None:
        """The next leg; None when nothing is left. In a transaction, without network. Raises TaskFailed."""

    @abstractmethod
    def store(self, context: TaskContext, result: Any) -> Progress:
        """Write what the call brought (None without one). In the transaction that stores the cursor."""

    def full_cursor(self) -> str | None:
        """The cursor with which a run goes through everything and finds what is gone; None where there is no such run."""
        return None

    def refused(self, context: TaskContext, error: Rejected) -> Progress | None:
        """How the run goes on after the provider said no to this leg; None ends it as failed."""
        return None

    def behind(self, pending: Mapping[str, Any]) -> str | None:
        """The cursor that the next run goes on from after a run has failed over the leg with this `pending`, so that one
        thing that always fails holds up no other; None leaves the cursor before that leg."""
        return None


_types: dict[str, TaskType] = {}


def register(cls: type[TaskType]) -> type[TaskType]:
    """Class decorator: make a type known by its name. Raises ValueError when the name is taken."""
    key = cls.name.lower()
    if key in _types and type(_types[key]) is not cls:
        raise ValueError(f"two types of scheduled tasks are called {cls.name}")
    _types[key] = cls()
    return cls


@cache
def _discover() -> None:
    autodiscover_modules("scheduled_tasks")
    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            register(point.load())
        except Exception:
            # What others install must not stop the tasks that are ours.
            log.exception("the scheduled task type %s cannot be used", point.name)


def all_types() -> dict[str, TaskType]:
    """Types by their own name, in alphabetical order."""
    _discover()
    return {item.name: item for _, item in sorted(_types.items())}


def get(name: str) -> TaskType:
    """The type of this name, compared without case. Raises UnknownTaskType."""
    _discover()
    try:
        return _types[name.strip().lower()]
    except KeyError:
        raise UnknownTaskType(f"There is no task type {name!r}; {suggest(name, all_types())}") from None
