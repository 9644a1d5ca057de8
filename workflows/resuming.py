"""What taking up an ended run comes to: which of its steps are done and stay so, which run, and with whose act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db.models.functions import Now

from connectors.runtime import TenantRuntime
from eventlog import store as eventlog
from eventlog.events import Category
from workflows.chart import StepConfig, UnknownOrderType, UnknownStatus, chart_of
from workflows.engine.ad_hoc import ad_hoc_config, ad_hoc_step
from workflows.engine.start import applies, step_run
from workflows.models import OPEN_RUN_STATES, Order, RunKind, RunState, StepRun, StepState, WorkflowRun
from workflows.problems import InvalidData, NotFound, NotPossible

_DONE = (StepState.SUCCESS, StepState.WARNING, StepState.POSTPONED)
_UNDER_WAY = (StepState.PENDING, StepState.RUNNING, StepState.WAITING)
_BY_CHART = (RunKind.STATUS, RunKind.RESUME, RunKind.AGAIN)


class Does(StrEnum):
    """STAYS: it succeeded and is not run. GOES_ON: run, but what succeeded of it is not done again. ANEW: all of it."""

    STAYS = "stays"
    GOES_ON = "goes_on"
    ANEW = "anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One step of a run to come. `was` is what it did the last time; `ad_hoc` steps are not read from the chart."""

    config: StepConfig
    does: Does
    was: StepRun | None = None
    ad_hoc: bool = False

    def row(self) -> StepRun:
        fields: dict[str, Any] = {}
        if self.was is not None:
            fields["repeats_id"] = self.was.repeats_id or self.was.pk
            if self.config.per_shipment or self.ad_hoc:
                fields["shipment"] = self.was.shipment
            if self.does is not Does.ANEW:
                fields["act_id"] = self.was.act_id or self.was.pk
            if self.does is Does.STAYS:
                fields |= _done(self.was)
        if self.ad_hoc:
            return ad_hoc_step(self.config, **fields)
        return step_run(WorkflowRun(), self.config, **fields)


@dataclass(frozen=True, slots=True)
class Outline:
    items: Sequence[Item]

    @property
    def open(self) -> list[Item]:
        """What would run."""
        return [item for item in self.items if item.does is not Does.STAYS]

    @property
    def taken_up(self) -> list[int]:
        """Step runs whose retries in the background end, because this goes on with them."""
        return [item.was.pk for item in self.open if item.was is not None]

    def rows(self) -> list[StepRun]:
        return [item.row() for item in self.items]


def outline_resume(run: WorkflowRun, live: TenantRuntime) -> Outline:
    """The steps of an ended run, against `live`: what succeeded stays, the rest goes on. Raises NotPossible, InvalidData."""
    _must_have_ended(run)
    if run.state == RunState.SUPERSEDED:
        raise NotPossible(f"{run} was given up for a later status change; run its workflow again instead")
    pairs = _of_rows(run) if _is_ad_hoc(run) else _of_chart(run.order, run.status, run, live)
    items = [Item(config=config, was=was, does=_stays(was), ad_hoc=_is_ad_hoc(run)) for config, was in pairs]
    found = Outline(items)
    if not found.open:
        raise NotPossible(f"Nothing is left of {run}: all of its steps have succeeded")
    return found


def outline_again(
    order: Order, status: str, last: WorkflowRun | None, live: TenantRuntime, *, repeat: bool
) -> Outline:
    """All steps of a status, or of an act by hand when `last` is one; without `repeat` they go on with what they did in
    `last`. Raises NotPossible, InvalidData."""
    if last is not None:
        _must_have_ended(last)
    by_rows = last is not None and _is_ad_hoc(last)
    pairs = _of_rows(last) if last is not None and by_rows else _of_chart(order, status, last, live)
    does = Does.ANEW if repeat else Does.GOES_ON
    items = [Item(config=config, was=was, does=does, ad_hoc=by_rows) for config, was in pairs]
    if not items:
        raise NotPossible(f"{status} has no steps")
    return Outline(items)


def outline_status(order: Order, status: str, live: TenantRuntime) -> Outline:
    """The steps that run when the order enters a status. Raises InvalidData."""
    return Outline(
        [Item(config=config, does=Does.ANEW) for config, _ in _of_chart(order, status, None, live)]
    )


def outline_step(step: StepRun, live: TenantRuntime, *, repeat: bool) -> Outline:
    """One step. It never moves the order, and its failure stops nothing. Raises NotPossible, InvalidData."""
    if step.state in _UNDER_WAY:
        raise NotPossible(f"{step.name} is still under way in {step.run}; wait until it has ended")
    if step.state in _DONE and not repeat:
        raise NotPossible(
            f"{step.name} has succeeded already; ask for it to be repeated if it is to be done anew"
        )
    config = replace(_config_of(step, live), position=1, stop_on_error=False, error_status="")
    does = Does.ANEW if repeat else Does.GOES_ON
    return Outline([Item(config=config, was=step, does=does, ad_hoc=True)])


def last_run(order: Order, status: str) -> WorkflowRun | None:
    """The latest run of the steps of a status."""
    found = WorkflowRun.objects.filter(order=order, status__iexact=status, kind__in=_BY_CHART)
    return found.select_related("order").order_by("-id").first()


def fresh_run(run_id: int) -> WorkflowRun:
    """The run as it stands now. Raises NotFound."""
    found = WorkflowRun.objects.select_related("order").filter(pk=run_id).first()
    if found is None:
        raise NotFound("there is no such run")
    return found


def resumed_before(run: WorkflowRun) -> WorkflowRun | None:
    """The run that has taken this one up and is still under way. Raises NotPossible when that one has ended."""
    later = run.continued_by.filter(kind=RunKind.RESUME).order_by("-id").first()
    if later is not None and later.state not in OPEN_RUN_STATES:
        raise NotPossible(f"{run} was resumed as run {later.pk}, which is {later.state}; go on with that one")
    return later


def hasten(run: WorkflowRun, actor: str, reason: str) -> WorkflowRun:
    """Have a waiting run tried now instead of at its time. The caller has made the lane due."""
    StepRun.objects.filter(run=run, state=StepState.WAITING).update(due_at=Now())
    eventlog.record(
        Category.WORKFLOW,
        f"{actor or 'Somebody'} had {run.title} tried at once" + (f": {reason}" if reason else ""),
        tenant_id=run.tenant_id,
        order_id=run.order_id,
        order_number=run.order.number,
        run_id=run.pk,
        actor=actor,
        details={"act": RunKind.RESUME, "reason": reason},
    )
    return run


def take_up(step_ids: Sequence[int]) -> None:
    """End the background retries of steps that somebody goes on with."""
    StepRun.objects.filter(pk__in=step_ids, due_at__isnull=False).update(due_at=None, retry_until=None)


def _must_have_ended(run: WorkflowRun) -> None:
    if run.state in OPEN_RUN_STATES:
        raise NotPossible(f"{run} is still under way; wait until it has ended")
    busy = run.steps.filter(state__in=_UNDER_WAY).first()
    if busy is not None:
        raise NotPossible(f"{busy.name} of {run} is being tried right now; ask again when it has ended")


def _of_rows(run: WorkflowRun) -> list[tuple[StepConfig, StepRun | None]]:
    return [(ad_hoc_config(row), row) for row in run.steps.order_by("position", "id")]


def _of_chart(
    order: Order, status: str, run: WorkflowRun | None, live: TenantRuntime
) -> list[tuple[StepConfig, StepRun | None]]:
    configs = [step for step in _status_steps(order, status, live) if applies(step)]
    rows = list(run.steps.order_by("position", "id")) if run is not None else []
    return [(config, was) for config in configs for was in _matches(config, rows)]


def _status_steps(order: Order, status: str, live: TenantRuntime) -> Sequence[StepConfig]:
    try:
        return chart_of(live, order.order_type).status(status).steps
    except (UnknownOrderType, UnknownStatus) as error:
        raise InvalidData({"status": [str(error)]}) from None


def _matches(config: StepConfig, rows: list[StepRun]) -> list[StepRun | None]:
    """What the step did before: one row, or one for each shipment that it ran for."""
    found = _match(config, rows)
    if found is None or not (config.per_shipment and found.shipment):
        return [found]
    place = (found.name, found.position)
    others = [row for row in rows if row.shipment and (row.name, row.position) == place]
    for row in others:
        rows.remove(row)
    return [found, *others]


def _match(config: StepConfig, rows: list[StepRun]) -> StepRun | None:
    """What the step did before: the same place, else the same name and connector. Each row is taken once."""
    named = [row for row in rows if row.name == config.name]
    same = [
        row for row in named if (row.connector, row.connector_id) == (config.connector, config.connector_id)
    ]
    found = next((row for row in same or named if row.position == config.position), None)
    found = found or next(iter(same or named), None)
    if found is not None:
        rows.remove(found)
    return found


def _config_of(step: StepRun, live: TenantRuntime) -> StepConfig:
    if step.settings is not None:
        return ad_hoc_config(step)
    configs = _status_steps(step.run.order, step.run.status, live)
    same = [config for config in configs if config.name == step.name]
    found = next((config for config in same if config.position == step.position), None) or next(
        iter(same), None
    )
    if found is None:
        raise NotPossible(f"Status {step.run.status} has no step {step.name} any more; run it as it was then")
    return found


def _stays(was: StepRun | None) -> Does:
    return Does.STAYS if was is not None and was.state in _DONE else Does.GOES_ON


def _done(was: StepRun) -> dict[str, Any]:
    kept = ("state", "message", "rule", "trace", "connector_name", "started_at", "finished_at", "duration_ms")
    return {name: getattr(was, name) for name in kept}


def _is_ad_hoc(run: WorkflowRun) -> bool:
    return run.kind in (RunKind.MANUAL, RunKind.RERUN) or run.steps.filter(settings__isnull=False).exists()
