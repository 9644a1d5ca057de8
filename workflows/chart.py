"""The published chart of an order type: which statuses there are, what may follow, and which steps run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from workflows.scopes import Scope, read_scope

if TYPE_CHECKING:
    from connectors.runtime import TenantRuntime

KIND = "order_type"
#: Since 2 a step may be a group with its steps. Older documents read as they are: what they lack takes its default.
SCHEMA_VERSION = 2


class UnknownOrderType(LookupError):
    """No published order type has this name; the text names those that exist."""


class UnknownStatus(LookupError):
    """The order type has no status of this name; the text names those that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepConfig:
    """One step of a status. `position` counts from 1; a property whose value is a mapping is a key group.

    `step_group` names the step group that it came from. It runs where all its `scopes` let it.
    """

    position: int
    name: str
    connector: str = ""
    connector_id: str = ""
    stop_on_error: bool = False
    active: bool = True
    error_status: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    next_status: str = ""
    is_invisible: bool = False
    per_shipment: bool = False
    step_group: str = ""
    scopes: tuple[Scope, ...] = ()

    @property
    def place(self) -> str:
        """What staff know it by within its status."""
        return f"{self.step_group} > {self.name}" if self.step_group else self.name

    def group(self, name: str) -> Mapping[str, Any]:
        """The properties of a key group, compared without case; empty when there is none."""
        for key, value in self.properties.items():
            if key.lower() == name.lower() and isinstance(value, Mapping):
                return value
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    name: str
    position: int
    display_name: str = ""
    allowed_next: tuple[str, ...] = ()
    is_canceled: bool = False
    is_completed: bool = False
    active: bool = True
    next_status: str = ""
    steps: tuple[StepConfig, ...] = ()

    def allows(self, name: str) -> bool:
        """Whether an order may go from here to that status; an empty list allows every other one."""
        return name in self.allowed_next if self.allowed_next else name != self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`statuses` is in the order of the chart; new orders enter the first that is active."""

    name: str
    statuses: Mapping[str, Status]
    is_default: bool = False
    disable_workflow: bool = False

    @property
    def first(self) -> Status:
        statuses = list(self.statuses.values())
        return next((status for status in statuses if status.active), statuses[0])

    def status(self, name: str) -> Status:
        """Compared without case. Raises UnknownStatus."""
        found = _by_name(self.statuses, name)
        if found is None:
            raise UnknownStatus(_unknown(f"order type {self.name} has no status", name, self.statuses))
        return found

    def followers(self, name: str) -> tuple[str, ...]:
        """Names of the statuses that an order in this one may go to; those that are switched off are none of them."""
        return tuple(other for other in self.statuses if self.may_go(name, other))

    def may_go(self, current: str, name: str) -> bool:
        """Also from a status that the chart no longer has, which must not hold its orders for ever."""
        here = self.statuses.get(current)
        return self.statuses[name].active and (here is None or here.allows(name))


def chart_of(runtime: TenantRuntime, order_type: str, *, retired: bool = True) -> Chart:
    """The chart of this name, compared without case. Raises UnknownOrderType.

    Orders stay in the type that they began in, retired or not; new ones ask without the retired.
    """
    charts = charts_of(runtime, retired=retired)
    found = _by_name(charts, order_type)
    if found is None:
        raise UnknownOrderType(_unknown("there is no published order type", order_type, charts))
    return found


def default_chart(runtime: TenantRuntime) -> Chart:
    """The type of orders that name none: the default, or the only one. Raises UnknownOrderType."""
    charts = list(charts_of(runtime).values())
    chosen = [chart for chart in charts if chart.is_default] or charts
    if len(chosen) != 1:
        names = ", ".join(chart.name for chart in charts) or "none is published yet"
        raise UnknownOrderType(f"name the order type: no default is published ({names})")
    return chosen[0]


def charts_of(runtime: TenantRuntime, *, retired: bool = False) -> Mapping[str, Chart]:
    """Charts by name; a retired one gives way to another of its name."""
    return runtime.derived(("charts", retired), lambda: _charts(runtime, retired))


def _charts(runtime: TenantRuntime, retired: bool) -> Mapping[str, Chart]:
    found = {chart.name: chart for chart in runtime.of(KIND, retired=True).values()} if retired else {}
    return found | {chart.name: chart for chart in runtime.of(KIND).values()}


def compile_chart(document: Mapping[str, Any], context: object = None) -> Chart:
    """Read a published document back; keys that it lacks take the defaults of their fields."""
    statuses = [_status(position, data) for position, data in enumerate(document["statuses"], start=1)]
    return Chart(
        name=document["name"],
        is_default=document.get("is_default", False),
        disable_workflow=document.get("disable_workflow", False),
        statuses={status.name: status for status in statuses},
    )


def _status(position: int, data: Mapping[str, Any]) -> Status:
    rest = {key: value for key, value in data.items() if key not in {"steps", "allowed_next"}}
    steps = (step for entry in data.get("steps", ()) for step in _expanded(entry))
    return Status(
        **rest,
        position=position,
        allowed_next=tuple(data.get("allowed_next", ())),
        steps=tuple(_step(index, step) for index, step in enumerate(steps, start=1)),
    )


def _expanded(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One step, or those of a group: what the group's row in the status says holds for each of them."""
    if "group" not in entry:
        yield {**entry, "scopes": _scopes(entry)}
        return
    for step in entry["group"]:
        yield {
            **step,
            "step_group": entry["name"],
            "stop_on_error": entry["stop_on_error"],
            "active": entry["active"] and step["active"],
            "error_status": step["error_status"] or entry["error_status"],
            "next_status": step.get("next_status") or entry.get("next_status", ""),
            "is_invisible": step.get("is_invisible", False) or entry.get("is_invisible", False),
            "per_shipment": step.get("per_shipment", False) or entry.get("per_shipment", False),
            "conditions": [*dict.fromkeys([*entry["conditions"], *step["conditions"]])],
            "scopes": _scopes(entry, step),
        }


def _scopes(*rows: Mapping[str, Any]) -> tuple[Scope, ...]:
    return tuple(filter(None, map(read_scope, rows)))


_STEP_FIELDS = frozenset(item.name for item in fields(StepConfig))


def _step(position: int, data: Mapping[str, Any]) -> StepConfig:
    rest = {key: value for key, value in data.items() if key in _STEP_FIELDS and key != "conditions"}
    return StepConfig(**rest, position=position, conditions=tuple(data.get("conditions", ())))


def _by_name(items: Mapping[str, Any], name: str) -> Any:
    return items.get(name) or next((item for key, item in items.items() if key.lower() == name.lower()), None)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"{what} {name!r}; {suggest(name, known)}"


def suggest(name: str, known: Iterable[str]) -> str:
    """What to use instead of an unknown name: the near ones, else (some of) all."""
    names = list(known)
    if not names:
        return "none exists yet"
    lowered = {item.lower(): item for item in names}
    near = [lowered[item] for item in get_close_matches(name.lower(), lowered, n=3, cutoff=0.6)]
    if near:
        return f"did you mean {' or '.join(near)}?"
    listed = ", ".join(names[:12])
    return f"use one of {listed}" + (", …" if len(names) > 12 else "")
