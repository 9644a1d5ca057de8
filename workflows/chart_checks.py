"""Checks of an order type before it goes live: whether orders can follow its statuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.checklist import Finding, Going, error, register, warning
from workflows.chart import KIND, Chart, suggest
from workflows.step_uses import active, draft_chart


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
    for status, step in active(chart):
        if step.error_status and step.error_status not in chart.statuses:
            yield _no_status(chart, status.name, f"the ErrorStatus of {step.name}", step.error_status)
        elif step.error_status and not chart.statuses[step.error_status].active:
            yield error(
                "off_status",
                f"{status.name} > {step.name}: the ErrorStatus {step.error_status} is switched off; switch it on"
                " or choose another.",
            )


@register(KIND)
def failures_do_not_go_round(going: Going) -> Iterator[Finding]:
    """Failing steps whose ErrorStatus leads back would move an order for ever."""
    chart = draft_chart(going)
    leads = {
        status.name: [step.error_status for step in status.steps if step.active and step.stop_on_error]
        for status in chart.statuses.values()
    }
    for name in chart.statuses:
        path = _way_back(leads, name)
        if path and path[0] == min(path):
            round_trip = " → ".join([*path, name])
            yield error("loop", f"Failing steps would lead round and round: {round_trip}.", "ErrorStatus")


@register(KIND)
def error_statuses_take_effect(going: Going) -> Iterator[Finding]:
    for status, step in active(draft_chart(going)):
        if step.error_status and not step.stop_on_error:
            yield warning(
                "error_status",
                f"{status.name} > {step.name}: its ErrorStatus is taken only with StopOnError.",
                "ErrorStatus",
            )


def _way_back(leads: Mapping[str, list[str]], start: str) -> list[str]:
    """Statuses from `start` back to it over ErrorStatus; [] when there is no way back."""
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
