"""Acts by hand: each is a run of its own that goes through the worker and tells who asked for it, and why.

An act never repeats what succeeded unless it is told to: a step that resumes another goes on with that one's act, so
that its effects are found done, repeated under their key or asked for, as after a crash. `resuming.py` tells
beforehand which steps would run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from connectors.runtime import TenantRuntime, runtime
from eventlog import store as eventlog
from eventlog.events import Category
from workflows import resuming
from workflows.chart import StepConfig, UnknownOrderType, UnknownStatus, chart_of
from workflows.engine.start import LaneBegun, start_by_hand, touch_lane
from workflows.models import Order, RunKind, RunState, StepRun, Trigger, WorkflowRun
from workflows.order_locks import lock_order
from workflows.problems import InvalidData
from workflows.resuming import Does, Item, Outline
from workflows.steps import registry


@dataclass(frozen=True, slots=True, kw_only=True)
class ActStep:
    """A step to run by hand; it need not be in the chart. Names as in a chart, compared without case."""

    name: str
    connector: str = ""
    connector_id: str = ""
    stop_on_error: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)


class Act(NamedTuple):
    """`fresh` is False where the same act had been asked for before; then `run` is the run of that."""

    run: WorkflowRun
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, why, from where. The same `token` (at most 64 characters) within a tenant makes one act."""

    actor: str
    reason: str = ""
    trigger: str = Trigger.STAFF
    token: str = ""


def run_steps(order: Order, steps: Sequence[ActStep], asked: Asked, *, label: str = "") -> Act:
    """Run these steps for the order, in this order, against the configuration that is published now.

    They wait for nothing but a run that is under way; one that only waits to be tried again lets them pass.
    Raises InvalidData for a step that does not exist, NotFound, OrderBusy.
    """
    outline = outline_steps(steps)
    told = label or ", ".join(item.config.name for item in outline.items)

    def begin(locked: Order, live: TenantRuntime) -> _Draft:
        return _Draft(RunKind.MANUAL, told, locked.status, live, outline)

    return _act(order, asked, begin)


def outline_steps(steps: Sequence[ActStep]) -> Outline:
    """What `run_steps` would run. Raises InvalidData."""
    wanted = [_known(position, step) for position, step in enumerate(steps, start=1)]
    return Outline([Item(config=config, does=Does.ANEW, ad_hoc=True) for config in wanted])


def resume(run: WorkflowRun, asked: Asked, *, newest: bool = False) -> Act:
    """Go on with a run where it failed: what succeeded stays done, the rest runs. A run that waits is tried at once.

    With `newest` the steps and connectors are those published now, else those that the run began with. A run is
    resumed once; the second of two at the same instant gets the first one's run. Raises NotPossible while the run is
    under way or when nothing is left of it, InvalidData when the newest chart lacks the status.
    """

    def begin(locked: Order, live: TenantRuntime) -> _Draft | WorkflowRun:
        mine = resuming.fresh_run(run.pk)
        later = resuming.resumed_before(mine)
        if later is not None:
            return later
        if mine.state == RunState.WAITING:
            return resuming.hasten(mine, asked.actor, asked.reason)
        used = live if newest else versions(mine)
        outline = resuming.outline_resume(mine, used)
        return _Draft(RunKind.RESUME, f"Resume {mine.title} #{mine.pk}", mine.status, used, outline, mine)

    return _act(run.order, asked, begin)


def run_again(
    order: Order,
    asked: Asked,
    *,
    status: str = "",
    run: WorkflowRun | None = None,
    newest: bool = True,
    repeat: bool = False,
) -> Act:
    """Run all steps of `run` again, else of `status`, else of the order's status; the order does not move.

    Without `repeat` every step goes on with what it did the last time, so that no effect which succeeded happens twice.
    Raises NotPossible while that run is under way, InvalidData.
    """

    def begin(locked: Order, live: TenantRuntime) -> _Draft:
        name = run.status if run is not None else _status(live, locked, status or locked.status)
        last = resuming.fresh_run(run.pk) if run is not None else resuming.last_run(locked, name)
        used = live if newest or last is None else versions(last)
        outline = resuming.outline_again(locked, name, last, used, repeat=repeat)
        told = last.title if last is not None and run is not None else f"Workflow of {name}"
        return _Draft(RunKind.AGAIN, f"{told} again", name, used, outline, last)

    return _act(order, asked, begin)


def rerun_step(step: StepRun, asked: Asked, *, newest: bool = False, repeat: bool = False) -> Act:
    """Run one step again, whatever its conditions said. One that succeeded only with `repeat`, which does it anew.

    Raises NotPossible while its run is under way or when it succeeded, InvalidData.
    """

    def begin(locked: Order, live: TenantRuntime) -> _Draft:
        mine = StepRun.objects.select_related("run__order").get(pk=step.pk)
        used = live if newest else versions(mine.run)
        outline = resuming.outline_step(mine, used, repeat=repeat)
        return _Draft(RunKind.RERUN, f"{mine.name} again", mine.run.status, used, outline, mine.run)

    return _act(step.run.order, asked, begin)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A run to be saved."""

    kind: RunKind
    label: str
    status: str
    live: TenantRuntime
    outline: Outline
    continues: WorkflowRun | None = None


def versions(run: WorkflowRun, *, newest: bool = False) -> TenantRuntime:
    """The configuration that taking up this run would use: that which it began with, or the newest."""
    return runtime(run.tenant_id) if newest else runtime(run.tenant_id, run.generation)


def _act(order: Order, asked: Asked, begin: Callable[[Order, TenantRuntime], _Draft | WorkflowRun]) -> Act:
    """Save what `begin` makes of the locked order; two requests with one token make one act."""
    try:
        try:
            return _locked_act(order, asked, begin)
        except LaneBegun:
            return _locked_act(order, asked, begin)
    except IntegrityError:
        before = asked_before(asked)
        if before is None:
            raise
        return Act(before, fresh=False)


def _locked_act(
    order: Order, asked: Asked, begin: Callable[[Order, TenantRuntime], _Draft | WorkflowRun]
) -> Act:
    with transaction.atomic():
        # The worker locks lanes before orders; the other way round here would deadlock with it.
        touched = touch_lane(order.pk)
        locked = lock_order(order)
        before = asked_before(asked)
        if before is not None:
            return Act(before, fresh=False)
        found = begin(locked, runtime(locked.tenant_id))
        if isinstance(found, WorkflowRun):
            return Act(found, fresh=False)
        return Act(_save(locked, found, asked, touched), fresh=True)


def asked_before(asked: Asked) -> WorkflowRun | None:
    """The run of the act that was asked for with this token."""
    return WorkflowRun.objects.filter(token=asked.token).first() if asked.token else None


def _save(order: Order, draft: _Draft, asked: Asked, touched: bool) -> WorkflowRun:
    run = WorkflowRun(
        tenant_id=order.tenant_id,
        order=order,
        order_type=order.order_type,
        status=draft.status,
        generation=draft.live.generation,
        kind=draft.kind,
        label=draft.label[:200],
        continues=draft.continues,
        token=asked.token,
        trigger=asked.trigger,
        actor=asked.actor,
        reason=asked.reason[:300],
    )
    steps = draft.outline.rows()
    for step in steps:
        step.tenant_id, step.order_id = order.tenant_id, order.pk
    resuming.take_up(draft.outline.taken_up)
    start_by_hand(run, steps, touched=touched)
    _record(run, asked)
    return run


def _record(run: WorkflowRun, asked: Asked) -> None:
    why = f": {asked.reason}" if asked.reason else ""
    eventlog.record(
        Category.WORKFLOW,
        f"{asked.actor or 'Somebody'} asked for {run.label}{why}",
        tenant_id=run.tenant_id,
        order_id=run.order_id,
        order_number=run.order.number,
        run_id=run.pk,
        actor=asked.actor,
        details={"act": run.kind, "label": run.label, "reason": asked.reason},
    )


def _known(position: int, step: ActStep) -> StepConfig:
    try:
        name = registry.get(step.name).name
    except registry.UnknownStep as error:
        raise InvalidData({f"steps.{position - 1}.name": [str(error)]}) from None
    return StepConfig(
        position=position,
        name=name,
        connector=step.connector,
        connector_id=step.connector_id,
        stop_on_error=step.stop_on_error,
        properties=dict(step.properties),
    )


def _status(live: TenantRuntime, order: Order, name: str) -> str:
    try:
        return chart_of(live, order.order_type).status(name).name
    except (UnknownOrderType, UnknownStatus) as error:
        raise InvalidData({"status": [str(error)]}) from None
