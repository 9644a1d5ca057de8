"""Which connectors the steps of order types ask for."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.references import Reference
from connectors.runtime import TenantRuntime
from workflows.chart import Chart, Status, StepConfig, charts_of
from workflows.steps import registry


def uses(runtime: TenantRuntime) -> Iterator[Reference]:
    """Which connectors the steps of the published order types ask for."""
    for chart in charts_of(runtime).values():
        for status, step in external_steps(chart):
            yield reference(chart, status, step)


def external_steps(chart: Chart) -> Iterator[tuple[Status, StepConfig]]:
    """Active steps that the engine resolves a connector for."""
    for status in chart.statuses.values():
        for step in status.steps:
            if step.active and _needs_connector(step):
                yield status, step


def reference(chart: Chart, status: Status, step: StepConfig) -> Reference:
    return Reference(
        where=f"{chart.name} > {status.name} > {step.name}",
        name=step.connector,
        connector_id=step.connector_id,
    )


def _needs_connector(step: StepConfig) -> bool:
    try:
        return registry.get(step.name).needs_connector(step)
    except registry.UnknownStep:
        return False
