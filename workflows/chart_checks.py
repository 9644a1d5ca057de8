"""Checks of an order type before it goes live: whether orders can follow its statuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from connectors.checklist import Finding, Going, error, register, warning
from workflows.chart import KIND, Chart, Status, StepConfig, suggest
from workflows.step_uses import active, draft_chart, known_step

_ERROR_STATUS, _NEXT_STATUS = "ErrorStatus", "Next status"


@register(KIND)
def there_is_a_status(going: Going) -> Iterator[Finding]:
    if not going.document["statuses"]:
        yield error("statuses", f"Order type {going.document['name']} has no status; add one.")
    elif not any(status.active for status in draft_chart(going).statuses.values()):
        yield error("statuses", f"Every status of {going.document['name']} is switched off; switch one on.")


@register(KIND)
def statuses_lead_to_statuses(going: Going) -> Iterator[Finding]:
    chart = draft_chart(going)
    for status in chart.statuses.values():
        for name in status.allowed_next:
            if name not in chart.statuses:
                yield _no_status(chart, status.name, "the allowed next status", name)
        if status.allowed_next and status.active and not chart.followers(status.name):
            yield warning(
                "dead_end",
                f"Status {status.name}: every allowed next status is switched off; orders stay in it.",
            )


@register(KIND)
def steps_lead_to_statuses(going: Going) -> Iterator[Finding]:
    chart = draft_chart(going)
    for status in chart.statuses.values():
        if status.next_status and status.next_status not in chart.statuses:
            yield _no_status(chart, status.name, "the Next status", status.next_status)
    for status, step in active(chart):
        for what, name in _named(step):
            if name not in chart.statuses:
                yield _no_status(chart, status.name, f"the {what} of {step.place}", name)
            elif not chart.statuses[name].active:
                yield error(
                    "off_status",
                    f"{status.name} > {step.place}: the {what} {name} is switched off; switch it on or choose another.",
                )


@register(KIND)
def orders_do_not_go_round(going: Going) -> Iterator[Finding]:
    """Ways back that nobody's hand is on would move an order for ever."""
    chart = draft_chart(going)
    leads = {name: dict(_ways(status)) for name, status in chart.statuses.items()}
    for name in chart.statuses:
        path = _way_back(leads, name)
        if path and path[0] == min(path):
            yield _loop(leads, [*path, name])


def _loop(leads: Mapping[str, Mapping[str, str]], path: list[str]) -> Finding:
    """Where every way is a failing step's, only failures go round."""
    round_trip = " → ".join(path)
    ways = [leads[name][after] for name, after in pairwise(path)]
    if all(_ERROR_STATUS in way for way in ways):
        return error("loop", f"Failing steps would lead round and round: {round_trip}.", _ERROR_STATUS)
    told = "; ".join(f"{name}: {way}" for name, way in zip(path, ways, strict=False))
    return error(
        "loop", f"Orders would go round and round by themselves: {round_trip} ({told}).", _NEXT_STATUS
    )


def _ways(status: Status) -> Iterator[tuple[str, str]]:
    """Where orders go from a status by themselves, and what takes them there."""
    for step in status.steps:
        if step.active:
            for what, name in _named(step):
                if what != _ERROR_STATUS or step.stop_on_error or _ends_runs(step):
                    yield name, f"{what} of {step.place}"
    if status.next_status:
        yield status.next_status, f"its {_NEXT_STATUS}"


def _named(step: StepConfig) -> Iterator[tuple[str, str]]:
    """The statuses that a step names, each with what it names it in."""
    known = known_step(step)
    own = known.leads_to(step) if known else ""
    for what, name in ((_ERROR_STATUS, step.error_status), (_NEXT_STATUS, step.next_status), ("Status", own)):
        if name:
            yield what, name


def _ends_runs(step: StepConfig) -> bool:
    known = known_step(step)
    return known is not None and known.ends_run_on_error


@register(KIND)
def error_statuses_take_effect(going: Going) -> Iterator[Finding]:
    for status, step in active(draft_chart(going)):
        if step.error_status and not step.stop_on_error and not _ends_runs(step):
            yield warning(
                "error_status",
                f"{status.name} > {step.place}: its ErrorStatus is taken only with StopOnError.",
                "ErrorStatus",
            )


def _way_back(leads: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """Statuses from `start` back to it; [] when there is no way back."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in leads.get(way[-1], ()):
            if name == start:
                return way
            if name and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _no_status(chart: Chart, status: str, what: str, name: str) -> Finding:
    known: Any = chart.statuses
    return error(
        "unknown_status",
        f"Status {status}: {what} {name!r} is no status of this type; {suggest(name, known)}",
    )
