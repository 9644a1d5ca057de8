"""What is checked before an order type goes live; connectors and other kinds have checks of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors import registry as implementations
from connectors.checklist import Finding, Going, error, register, warning
from connectors.checklist.use import dangling, ties
from connectors.compiled import ConnectorConfig
from connectors.schema import SettingsError
from workflows.chart import KIND, Chart, Status, StepConfig, compile_chart, suggest
from workflows.step_uses import external_steps, reference
from workflows.steps import registry
from workflows.steps.base import Step


@register(KIND)
def there_is_a_status(going: Going) -> Iterator[Finding]:
    if not going.document["statuses"]:
        yield error("statuses", f"Order type {going.document['name']} has no status; add one.")


@register(KIND)
def statuses_lead_to_statuses(going: Going) -> Iterator[Finding]:
    chart = _chart(going)
    for status in chart.statuses.values():
        for name in status.allowed_next:
            if name not in chart.statuses:
                yield _no_status(chart, status.name, "the allowed next status", name)


@register(KIND)
def steps_lead_to_statuses(going: Going) -> Iterator[Finding]:
    chart = _chart(going)
    for status, step in _active(chart):
        if step.error_status and step.error_status not in chart.statuses:
            yield _no_status(chart, status.name, f"the ErrorStatus of {step.name}", step.error_status)


@register(KIND)
def failures_do_not_go_round(going: Going) -> Iterator[Finding]:
    """Failing steps whose ErrorStatus leads back would move an order for ever."""
    chart = _chart(going)
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
    for status, step in _active(_chart(going)):
        if step.error_status and not step.stop_on_error:
            yield warning(
                "error_status",
                f"{status.name} > {step.name}: its ErrorStatus is taken only with StopOnError.",
                "ErrorStatus",
            )


@register(KIND)
def steps_are_known(going: Going) -> Iterator[Finding]:
    known = registry.all_steps()
    for status, step in _active(_chart(going)):
        if _known(step) is None:
            yield error(
                "step",
                f"{status.name}: there is no workflow step {step.name!r}; {suggest(step.name, known)}.",
            )


@register(KIND)
def properties_fit_their_steps(going: Going) -> Iterator[Finding]:
    for status, step in _active(_chart(going)):
        known = _known(step)
        try:
            if known is not None:
                known.properties.compile({}, step.properties)
        except SettingsError as wrong:
            yield error("properties", f"{status.name} > {step.name}: {wrong}.", "Properties")


@register(KIND)
def external_steps_have_a_connector(going: Going) -> Iterator[Finding]:
    for status, step in external_steps(_chart(going)):
        if not step.connector and not step.connector_id:
            yield error(
                "no_connector", f"{status.name} > {step.name} needs a Connector; name one.", "Connector"
            )


@register(KIND)
def connector_ids_are_there(going: Going) -> Iterator[Finding]:
    chart = _chart(going)
    wanted = [reference(chart, *place) for place in external_steps(chart)]
    for missing in dangling(wanted, going.candidates):
        known = [item.connector_id for item in going.candidates if item.connector_id]
        yield error(
            "dangling",
            f"{missing.where} asks for Connector ID {missing.connector_id}, which no published connector"
            f"{f' {missing.name}' if missing.name else ''} has; {suggest(missing.connector_id, known)}.",
            "ConnectorId",
        )


@register(KIND)
def connectors_are_published(going: Going) -> Iterator[Finding]:
    """A warning only, because charts and connectors may go live in any order."""
    chart = _chart(going)
    for status, step in external_steps(chart):
        if step.connector and not step.connector_id and not _named(going, step):
            known = sorted({item.name for item in going.candidates})
            yield warning(
                "unpublished",
                f"{status.name} > {step.name}: no published connector is called {step.connector};"
                f" {suggest(step.connector, known)}.",
                "Connector",
            )


@register(KIND)
def connectors_can_do_it(going: Going) -> Iterator[Finding]:
    for status, step in external_steps(_chart(going)):
        named = _named(going, step)
        known = _known(step)
        if named and known and not any(_serves(item, known) for item in named):
            yield error(
                "capability",
                f"{status.name} > {step.name}: {named[0].name} cannot do this; choose another Connector.",
                "Connector",
            )


@register(KIND)
def no_step_meets_a_tie(going: Going) -> Iterator[Finding]:
    chart = _chart(going)
    yield from ties((reference(chart, *place) for place in external_steps(chart)), going)


@register(KIND)
def going_on_after_failures_is_meant(going: Going) -> Iterator[Finding]:
    """StopOnError is off unless somebody ticks it; whoever publishes a step the first time says that it is meant."""
    confirmed = set(_going_on(compile_chart(going.obj.live.document))) if going.obj.live else set()
    for status, name in dict.fromkeys(_going_on(_chart(going))):
        if (status, name) not in confirmed:
            yield warning(
                "stop_on_error",
                f"{status} > {name}: when it fails, the order goes on to the next step. Tick StopOnError to hold it.",
                "StopOnError",
            )


def _chart(going: Going) -> Chart:
    return compile_chart(going.document)


def _active(chart: Chart) -> Iterator[tuple[Status, StepConfig]]:
    for status in chart.statuses.values():
        for step in status.steps:
            if step.active:
                yield status, step


def _going_on(chart: Chart) -> Iterator[tuple[str, str]]:
    """Status and name of each step that calls somebody and does not stop on errors."""
    for status, step in _active(chart):
        known = _known(step)
        if known is not None and known.target != "none" and not step.stop_on_error:
            yield status.name, step.name


def _known(step: StepConfig) -> Step | None:
    try:
        return registry.get(step.name)
    except registry.UnknownStep:
        return None


def _named(going: Going, step: StepConfig) -> list[ConnectorConfig]:
    """The published connectors that the step may get: by its ConnectorId, else by its Connector."""
    wanted = step.connector.lower()
    named = [item for item in going.candidates if wanted in {item.name.lower(), item.slug.lower()}]
    own = [item for item in going.candidates if item.connector_id.lower() == step.connector_id.lower()]
    return own if step.connector_id and own else named


def _serves(connector: ConnectorConfig, step: Step) -> bool:
    """Whether the implementation has what the step needs; one that is gone is told of elsewhere."""
    try:
        return step.capability is None or issubclass(implementations.get(connector.slug), step.capability)
    except implementations.NotInstalled:
        return True


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
