"""Where an order goes by itself when a run has completed."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.runtime import runtime
from tenants.scoping import tenant_scope
from workflows import orders
from workflows.chart import UnknownOrderType, chart_of
from workflows.models import RunKind, StepRun, StepState, WorkflowRun

#: Runs that are not about a status as a whole.
_ACTS = (RunKind.MANUAL, RunKind.RERUN)
_WENT_WELL = (StepState.SUCCESS, StepState.WARNING)


def move_on(run: WorkflowRun, steps: Sequence[StepRun], *, failed: bool) -> bool:
    """Move the order to the status that a step asked for, else to the one that its chart names where nothing failed.

    The caller holds the order's lane. Returns whether a run of that status was started.
    """
    stays = failed or run.kind in _ACTS
    target = run.next_status or ("" if stays else _named_by_the_chart(run, steps))
    if not target:
        return False
    with tenant_scope(run.tenant_id):
        return orders.move_on(run.order_id, run.status, target, depth=run.depth + 1)


def _named_by_the_chart(run: WorkflowRun, steps: Sequence[StepRun]) -> str:
    """The Next status of the last step that went well and has one, else that of the status."""
    try:
        chart = chart_of(runtime(run.tenant_id, run.generation), run.order_type)
    except UnknownOrderType:
        return ""
    status = chart.statuses.get(run.status)
    if status is None:
        return ""
    well = {step.position for step in steps if step.run_id == run.pk and step.state in _WENT_WELL}
    named = [step.next_status for step in status.steps if step.next_status and step.position in well]
    return named[-1] if named else status.next_status
