"""Steps that the chart does not hold: what they are told is kept in their own row."""

from __future__ import annotations

from typing import Any

from workflows.chart import StepConfig
from workflows.engine.start import step_run
from workflows.models import StepRun, WorkflowRun


def ad_hoc_step(config: StepConfig, **fields: Any) -> StepRun:
    """The row of a step asked for by hand, not saved and of no run yet; its conditions do not count."""
    settings: dict[str, Any] = {"properties": dict(config.properties)}
    if config.error_status:
        settings["error_status"] = config.error_status
    return step_run(WorkflowRun(), config, settings=settings, **fields)


def ad_hoc_config(step: StepRun) -> StepConfig:
    """The configuration that such a row holds."""
    return StepConfig(
        position=step.position,
        name=step.name,
        connector=step.connector,
        connector_id=step.connector_id,
        stop_on_error=step.stop_on_error,
        **(step.settings or {}),
    )
