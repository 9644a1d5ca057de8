"""Checks of an order type before it goes live: whether its steps can do their work."""

from __future__ import annotations

from collections.abc import Iterator

from connectors import registry as implementations
from connectors.checklist import Finding, Going, error, register, warning
from connectors.checklist.use import dangling, ties
from connectors.compiled import ConnectorConfig
from connectors.schema import SettingsError
from connectors.validation import ended
from workflows.chart import KIND, Chart, StepConfig, compile_chart, suggest
from workflows.step_uses import active, draft_chart, external_steps, known_step, reference
from workflows.steps import registry
from workflows.steps.base import Step


@register(KIND)
def steps_areknown_step(going: Going) -> Iterator[Finding]:
    known = registry.all_steps()
    for status, step in active(draft_chart(going)):
        if known_step(step) is None:
            yield error(
                "step",
                f"{status.name}: there is no workflow step {step.name!r}; {ended(suggest(step.name, known))}",
            )


@register(KIND)
def properties_fit_their_steps(going: Going) -> Iterator[Finding]:
    for status, step in active(draft_chart(going)):
        known = known_step(step)
        try:
            if known is not None:
                known.properties.compile({}, step.properties)
        except SettingsError as wrong:
            yield error("properties", f"{status.name} > {step.place}: {wrong}.", "Properties")


@register(KIND)
def external_steps_have_a_connector(going: Going) -> Iterator[Finding]:
    for status, step in external_steps(draft_chart(going)):
        if not step.connector and not step.connector_id:
            yield error(
                "no_connector", f"{status.name} > {step.place} needs a Connector; name one.", "Connector"
            )


@register(KIND)
def connector_ids_are_there(going: Going) -> Iterator[Finding]:
    chart = draft_chart(going)
    wanted = [reference(chart, *place) for place in external_steps(chart)]
    for missing in dangling(wanted, going.candidates):
        known = [item.connector_id for item in going.candidates if item.connector_id]
        yield error(
            "dangling",
            f"{missing.where} asks for Connector ID {missing.connector_id}, which no published connector"
            f"{f' {missing.name}' if missing.name else ''} has; {ended(suggest(missing.connector_id, known))}",
            "ConnectorId",
        )


@register(KIND)
def connectors_are_published(going: Going) -> Iterator[Finding]:
    """A warning only, because charts and connectors may go live in any order."""
    chart = draft_chart(going)
    for status, step in external_steps(chart):
        if step.connector and not step.connector_id and not _named(going, step):
            known = sorted({item.name for item in going.candidates})
            yield warning(
                "unpublished",
                f"{status.name} > {step.place}: no published connector is called {step.connector};"
                f" {ended(suggest(step.connector, known))}",
                "Connector",
            )


@register(KIND)
def connectors_can_do_it(going: Going) -> Iterator[Finding]:
    for status, step in external_steps(draft_chart(going)):
        named = _named(going, step)
        known = known_step(step)
        if named and known and not any(_serves(item, known) for item in named):
            yield error(
                "capability",
                f"{status.name} > {step.place}: {named[0].name} cannot do this; choose another Connector.",
                "Connector",
            )


@register(KIND)
def no_step_meets_a_tie(going: Going) -> Iterator[Finding]:
    chart = draft_chart(going)
    yield from ties((reference(chart, *place) for place in external_steps(chart)), going)


@register(KIND)
def going_on_after_failures_is_meant(going: Going) -> Iterator[Finding]:
    """StopOnError is off unless somebody ticks it; whoever publishes a step the first time says that it is meant."""
    confirmed = set(_going_on(compile_chart(going.obj.live.document))) if going.obj.live else set()
    for status, name in dict.fromkeys(_going_on(draft_chart(going))):
        if (status, name) not in confirmed:
            yield warning(
                "stop_on_error",
                f"{status} > {name}: when it fails, the order goes on to the next step. Tick StopOnError to hold it.",
                "StopOnError",
            )


def _going_on(chart: Chart) -> Iterator[tuple[str, str]]:
    """Status and name of each step that calls somebody and does not stop on errors."""
    for status, step in active(chart):
        known = known_step(step)
        if known is None or known.target == "none" or known.ends_run_on_error:
            continue
        if not step.stop_on_error:
            yield status.name, step.place


def _named(going: Going, step: StepConfig) -> list[ConnectorConfig]:
    """The published connectors that the step may get: by its ConnectorId, else by its Connector."""
    wanted = step.connector.lower()
    named = [item for item in going.candidates if wanted in {item.name.lower(), item.slug.lower()}]
    own = [item for item in going.candidates if item.connector_id.lower() == step.connector_id.lower()]
    return own if step.connector_id and own else named


def _serves(connector: ConnectorConfig, step: Step) -> bool:
    """Whether the connector has what the step needs; an implementation that is gone is told of elsewhere."""
    if step.capability is None:
        return True
    wanted = step.capability if isinstance(step.capability, tuple) else (step.capability,)
    try:
        implementation = implementations.get(connector.slug)
    except implementations.NotInstalled:
        return True
    served = [contract for contract in wanted if issubclass(implementation, contract)]
    return any(connector.problem or implementation.offers(connector.values, contract) for contract in served)
