"""Starting a run: the rows that make a status change durable, written in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from connectors.runtime import TenantRuntime, runtime
from workflows.chart import StepConfig, chart_of
from workflows.engine.clock import database_now
from workflows.engine.doorbell import ring_after_commit
from workflows.models import FINAL_STEP_STATES, Lane, Order, RunState, StepRun, WorkflowRun


def start_run(
    order: Order,
    status: str,
    *,
    trigger: str,
    actor: str = "",
    reason: str = "",
    touched: bool = False,
    new: bool = False,
    live: TenantRuntime | None = None,
    depth: int = 0,
) -> WorkflowRun:
    """Write the run of `status` with one step run for each step that applies, and wake a worker after the commit.

    The run is pinned to the tenant's current generation, or to `live` when the caller has just read it. A status
    without steps gives a completed run, unless orders go on from it by themselves. `depth` counts the automatic
    transitions that led here. `touched` tells that the caller has called `touch_lane` in this
    transaction, `new` that the order has no lane yet; both save a statement.
    """
    live = live or runtime(order.tenant_id)
    chart = chart_of(live, order.order_type)
    entered = chart.status(status)
    steps = [] if chart.disable_workflow else [step for step in entered.steps if applies(step)]
    run = WorkflowRun(
        tenant_id=order.tenant_id,
        order=order,
        order_type=order.order_type,
        status=status,
        generation=live.generation,
        trigger=trigger,
        actor=actor,
        reason=reason,
        cancels=entered.is_canceled,
        depth=depth,
    )
    if not steps and not entered.next_status:
        run.state, run.finished_at = RunState.COMPLETED, database_now()
    run.save(force_insert=True)
    if steps:
        StepRun.objects.bulk_create([step_run(run, step) for step in steps])
    if run.state == RunState.QUEUED:
        wake(order, touched=touched, new=new)
    return run


def start_by_hand(run: WorkflowRun, steps: Sequence[StepRun], *, touched: bool = False) -> WorkflowRun:
    """Save an act by hand with its steps, which name no run yet, and wake a worker after the commit. The caller holds the
    order's lane and row; `touched` tells that there is a lane."""
    waiting = [step for step in steps if step.state not in FINAL_STEP_STATES]
    if not waiting:
        run.state, run.finished_at = RunState.COMPLETED, database_now()
    run.save(force_insert=True)
    for step in steps:
        step.run = run
    StepRun.objects.bulk_create(steps)
    if waiting:
        wake(run.order, touched=touched)
    return run


def applies(step: StepConfig) -> bool:
    """Whether a step gets a row in the run."""
    return step.active


def wake(order: Order, *, touched: bool = False, new: bool = False) -> None:
    """Make the order's lane due now and ring after the commit."""
    if new or (not touched and not touch_lane(order.pk)):
        Lane.objects.create(tenant_id=order.tenant_id, order=order, due_at=Now(), bell=1)
    ring_after_commit()


def touch_lane(order_id: int) -> bool:
    """Make an existing lane due now, which locks it until the transaction ends; False when there is none yet."""
    return bool(Lane.objects.filter(order_id=order_id).update(due_at=Now(), bell=F("bell") + 1))


def step_run(run: WorkflowRun, step: StepConfig, **fields: Any) -> StepRun:
    """The row of a step, not saved yet."""
    return StepRun(
        tenant_id=run.tenant_id,
        run=run,
        order_id=run.order_id,
        position=step.position,
        name=step.name,
        connector=step.connector,
        connector_id=step.connector_id,
        stop_on_error=step.stop_on_error,
        is_invisible=step.is_invisible,
        **fields,
    )
