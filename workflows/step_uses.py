"""Which connectors the steps of order types ask for."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.checklist import Going
from connectors.references import Reference
from connectors.runtime import TenantRuntime
from workflows.chart import Chart, Status, StepConfig, charts_of, compile_chart
from workflows.steps import registry
from workflows.steps.base import Step


def uses(runtime: TenantRuntime) -> Iterator[Reference]:
    """Which connectors the steps of the published order types ask for; orders stay in a retired type."""
    for chart in charts_of(runtime, retired=True).values():
        for status, step in external_steps(chart):
            yield reference(chart, status, step)


def external_steps(chart: Chart) -> Iterator[tuple[Status, StepConfig]]:
    """Active steps that the engine resolves a connector for."""
    for status, step in active(chart):
        known = known_step(step)
        if known is not None and known.needs_connector(step):
            yield status, step


def reference(chart: Chart, status: Status, step: StepConfig) -> Reference:
    return Reference(
        where=f"{chart.name} > {status.name} > {step.place}",
        name=step.connector,
        connector_id=step.connector_id,
    )


def draft_chart(going: Going) -> Chart:
    """The chart that is about to be published."""
    return compile_chart(going.document)


def active(chart: Chart) -> Iterator[tuple[Status, StepConfig]]:
    """The steps that run, each with its status."""
    for status in chart.statuses.values():
        for step in status.steps:
            if step.active:
                yield status, step


def known_step(step: StepConfig) -> Step | None:
    try:
        return registry.get(step.name)
    except registry.UnknownStep:
        return None
