"""The Workflow Results of an order: its runs, newest first, each with its steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from eventlog.links import events_url
from tenants.adminkit import may
from tenants.models import Right
from tenants.personal import shown
from workflows.admin.colours import RUN_COLOURS, STEP_COLOURS, standing
from workflows.models import (
    OPEN_RUN_STATES,
    SHOWN_UNASKED,
    Order,
    RunKind,
    RunState,
    StepRun,
    StepState,
    WorkflowRun,
)

#: Runs that are shown; the others are on the list of runs.
MOST = 12

_FAILED = (StepState.ERROR, StepState.WAITING)
_AGAIN = (StepState.SUCCESS, StepState.WARNING, StepState.ERROR, StepState.SKIPPED)


@dataclass(slots=True)
class StepRow:
    step: StepRun
    colour: str
    log: str
    may_rerun: bool


@dataclass(slots=True)
class RunRow:
    run: WorkflowRun
    colour: str
    words: str
    steps: list[StepRow]
    is_open: bool
    may_resume: bool
    may_again: bool

    @property
    def is_troubled(self) -> bool:
        return self.is_open or any(row.step.state in _FAILED for row in self.steps)


def results(request: HttpRequest, order: Order) -> tuple[list[RunRow], bool]:
    """The newest runs, and whether there are more; two statements."""
    runs = list(WorkflowRun.objects.filter(order=order).order_by("-id")[: MOST + 1])
    return rows_of(runs[:MOST], order, acting=may(request, Right.ACT)), len(runs) > MOST


def rows_of(runs: Sequence[WorkflowRun], order: Order | None, *, acting: bool) -> list[RunRow]:
    """Runs, newest first, each with its steps; one statement."""
    steps: dict[int, list[StepRun]] = defaultdict(list)
    rows = StepRun.objects.filter(SHOWN_UNASKED, run__in=[run.pk for run in runs])
    for step in rows.order_by("position", "id"):
        step.message = shown(step.message)
        steps[step.run_id].append(step)
    resumed = {run.continues_id for run in runs if run.kind == RunKind.RESUME}
    return [_row(run, steps[run.pk], order or run.order, run.pk in resumed, acting) for run in runs]


def _row(run: WorkflowRun, steps: list[StepRun], order: Order, resumed: bool, acting: bool) -> RunRow:
    state, words = standing(run)
    run.message, run.reason = shown(run.message), shown(run.reason)
    is_open = run.state in OPEN_RUN_STATES
    failed = any(step.state in _FAILED for step in steps)
    ended = not is_open and not any(step.state == StepState.RUNNING for step in steps)
    resumable = failed and not resumed and (ended or run.state == RunState.WAITING)
    return RunRow(
        run=run,
        colour=RUN_COLOURS[state],
        words=words,
        steps=[_step(step, order, acting and ended) for step in steps],
        is_open=is_open,
        may_resume=acting and resumable and run.state != RunState.SUPERSEDED,
        may_again=acting and ended and bool(steps),
    )


def _step(step: StepRun, order: Order, acting: bool) -> StepRow:
    return StepRow(
        step=step,
        colour=STEP_COLOURS[StepState(step.state)],
        log=events_url(order=order.number, step_run=step.pk),
        may_rerun=acting and step.state in _AGAIN,
    )
