"""Starting a run: the rows that make a status change durable, written in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection

from connectors.runtime import TenantRuntime, runtime
from tenants.bulk import NOW
from tenants.scoping import current_tenant_id
from tenants.together import KeptRows, Together, newest_key, row_of
from workflows.chart import StepConfig, chart_of
from workflows.engine.clock import database_now
from workflows.engine.doorbell import ring_after_commit
from workflows.models import (
    FINAL_STEP_STATES,
    OPEN_RUN_STATES,
    Order,
    RunKind,
    RunState,
    StepRun,
    WorkflowRun,
)
from workflows.problems import OrderBusy

_LANE, _ORDER = "workflows_lane", "workflows_order"

#: What the row of a step takes over from the chart.
_OF_STEP = ("position", "name", "connector", "connector_id", "stop_on_error", "is_invisible")
_STEP = attrgetter(*_OF_STEP)


class LaneBegun(OrderBusy):
    """Somebody else has begun the order's lane since the caller found none and locked the order. Whoever went on would wait
    for the lane while a worker, which has it, may wait for the order: once all is undone, the caller begins anew."""


def start_run(
    order: Order,
    status: str,
    *,
    trigger: str,
    actor: str = "",
    reason: str = "",
    touched: bool = False,
    first: bool = False,
    live: TenantRuntime | None = None,
    depth: int = 0,
    together: Together | None = None,
) -> WorkflowRun:
    """Write the run of `status` with one step run for each step that applies, and wake a worker after the commit.

    The run is pinned to the tenant's current generation, or to `live` when the caller has just read it. A status
    without steps gives a completed run, unless orders go on from it by themselves or it takes the place of something that
    is still open. `depth` counts the automatic transitions that led here. `touched` tells that the caller has made the
    order's lane due in this transaction, `first` that it found none. What the caller has put `together` is run along with
    what is written here. Raises LaneBegun.
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
    idle = not steps and not entered.next_status
    if idle and not ((touched or run.cancels) and _has_something_open(order)):
        run.state, run.finished_at = RunState.COMPLETED, database_now()
    together = Together() if together is None else together
    queued = run.state == RunState.QUEUED
    _save(run, steps, together, lane=queued and not touched, first=first)
    if queued:
        ring_after_commit()
    return run


def call_off_open(
    order: Order, live: TenantRuntime, *, trigger: str, actor: str, reason: str, touched: bool
) -> None:
    """The order was cancelled and no workflow runs: what a worker would still go on with ends, by an act without steps. The
    caller holds the order's row; `touched` as in `start_run`, otherwise there was no lane. Raises LaneBegun."""
    if not _has_something_open(order):
        return
    run = WorkflowRun(
        tenant_id=order.tenant_id,
        order=order,
        order_type=order.order_type,
        status=order.status,
        generation=live.generation,
        kind=RunKind.MANUAL,
        label="Cancellation without a workflow",
        trigger=trigger,
        actor=actor,
        reason=reason[:300],
        cancels=True,
    )
    _save(run, (), Together(), lane=not touched, first=True)
    ring_after_commit()


def _has_something_open(order: Order) -> bool:
    """Whether a worker has anything of the order to go on with, which a later status may have to call off."""
    runs = WorkflowRun.objects.filter(order_id=order.pk, state__in=OPEN_RUN_STATES)
    return runs.exists() or StepRun.objects.filter(order_id=order.pk, due_at__isnull=False).exists()


def _save(
    run: WorkflowRun, steps: Sequence[StepConfig], together: Together, *, lane: bool, first: bool
) -> None:
    """Insert a new run and its steps, after what is to be run together with that; with `lane` it is made due."""
    run.adopt_tenant()
    place = together.insert(WorkflowRun, [row_of(run, "id")])
    if steps:
        whose = {"tenant_id": run.tenant_id, "order_id": run.order_id}
        rows = _rows(tuple(_STEP(step) for step in steps))
        together.insert_kept(rows, whose, run_id=newest_key(WorkflowRun))
    due = together.add(_make_due(first=first), [run.tenant_id, run.order_id]) if lane else place
    answers = together.run()
    ((run.pk,),) = answers[place]
    run._state.adding = False
    _must_have_begun(answers[due])


@lru_cache(maxsize=1024)
def _rows(steps: tuple[tuple[Any, ...], ...]) -> KeptRows:
    """Those of steps that begin, without what differs from run to run."""
    begun = [StepRun(**dict(zip(_OF_STEP, step, strict=True))) for step in steps]
    return KeptRows(StepRun, [row_of(step, "id", "run_id", "tenant_id", "order_id") for step in begun])


def start_by_hand(run: WorkflowRun, steps: Sequence[StepRun], *, touched: bool = False) -> WorkflowRun:
    """Save an act by hand with its steps, which name no run yet, and wake a worker after the commit. The caller holds the
    order's lane and row; `touched` tells that there is a lane. Raises LaneBegun."""
    waiting = [step for step in steps if step.state not in FINAL_STEP_STATES]
    if not waiting:
        run.state, run.finished_at = RunState.COMPLETED, database_now()
    run.save(force_insert=True)
    for step in steps:
        step.run = run
    StepRun.objects.bulk_create(steps)
    if waiting:
        _wake(run.order, touched=touched)
    return run


def applies(step: StepConfig) -> bool:
    """Whether a step gets a row in the run."""
    return step.active


def _wake(order: Order, *, touched: bool) -> None:
    """Begin the order's lane, unless the caller has touched it, and ring after the commit."""
    if not touched:
        together = Together()
        together.add(_make_due(first=True), [order.tenant_id, order.pk])
        _must_have_begun(together.run()[0])
    ring_after_commit()


def _must_have_begun(answer: Sequence[Any]) -> None:
    if not answer:
        raise LaneBegun("somebody else is changing this order; try again in a moment")


def touch_lane(order_id: int) -> bool:
    """Make an existing lane of the tenant in scope due now, which locks it until the transaction ends; False when there
    is none yet."""
    together = Together()
    place = touch_along(together, order_id)
    return bool(together.run()[place])


def touch_along(together: Together, order: int | str) -> int:
    """As `touch_lane`, with other statements: the place of its answer, which is empty when there is no lane. Takes the
    order's primary key or, with a tenant in scope, its number."""
    tenant = current_tenant_id()
    own, values = ("", [order]) if tenant is None else (" AND tenant_id = %s", [order, tenant])
    which = f"(SELECT id FROM {_ORDER} WHERE number = %s{own})" if isinstance(order, str) else f"%s{own}"  # noqa: S608
    return together.add(
        f"UPDATE {_LANE} SET due_at = {NOW[connection.vendor]}, waits_for = NULL, bell = bell + 1"  # noqa: S608
        f" WHERE order_id = {which} RETURNING order_id",
        values,
    )


def _make_due(*, first: bool) -> str:
    """The lane of an order; the parameters are tenant and order. One that is there already is made due; with `first` it is
    left alone, and the answer is empty."""
    update = "UPDATE SET due_at = EXCLUDED.due_at, waits_for = NULL, bell = workflows_lane.bell + 1"
    return (
        f"INSERT INTO {_LANE} (tenant_id, order_id, due_at, bell, fence) VALUES (%s, %s, {NOW[connection.vendor]}, 1, 0)"  # noqa: S608
        f" ON CONFLICT (order_id) DO {'NOTHING' if first else update} RETURNING order_id"
    )


def step_run(run: WorkflowRun, step: StepConfig, **fields: Any) -> StepRun:
    """The row of a step, not saved yet."""
    return StepRun(
        tenant_id=run.tenant_id,
        run=run,
        order_id=run.order_id,
        **dict(zip(_OF_STEP, _STEP(step), strict=True)),
        **fields,
    )
