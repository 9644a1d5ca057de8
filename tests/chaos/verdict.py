"""What became of everything: the hub's books against the customers' memory and against the vendors' ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.models import Effect
from payments.models import Payment
from tests.chaos.customers import Life
from tests.chaos.keys import judge_keys
from workflows.models import (
    FINAL_STEP_STATES,
    OPEN_RUN_STATES,
    Lane,
    Order,
    OrderError,
    RunState,
    StepRun,
    StepState,
    WorkflowRun,
)

State = Effect.State


@dataclass(slots=True)
class Verdict:
    """Texts, one for each finding. `unresolved` waits for a person, who is told by an error on the order."""

    doubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.doubles and not self.lost


def is_quiet() -> bool:
    """Whether nothing is under way or planned any more."""
    return not (
        WorkflowRun.objects.filter(state__in=OPEN_RUN_STATES).exists()
        or StepRun.objects.filter(due_at__isnull=False).exists()
        or Lane.objects.filter(due_at__isnull=False).exists()
        or Lane.objects.filter(claimed_by__isnull=False).exists()
    )


def judge(
    lives: Sequence[Life], ledger: Sequence[dict[str, Any]], doubles: Sequence[dict[str, Any]]
) -> Verdict:
    """Call when quiet, or after having waited long enough for that."""
    verdict = Verdict(doubles=[f"{item['rule']}: {item['identity']} x {item['times']}" for item in doubles])
    flagged = set(OrderError.objects.filter(status="Active").values_list("order_id", flat=True))
    effects = list(Effect.objects.select_related("tenant"))
    open_effects = [effect for effect in effects if effect.state not in {State.SUCCEEDED, State.FAILED}]
    doubles_by_key, lost_by_key = judge_keys(ledger, effects)
    verdict.doubles += doubles_by_key
    parked = _parked_orders()
    for order_id, text in parked.items():
        (verdict.unresolved if order_id in flagged else verdict.lost).append(text)
    verdict.lost += _unfinished()
    verdict.lost += lost_by_key
    verdict.lost += _money_off(ledger, parked)
    verdict.lost += _lives_off(lives, parked, for_a_person(open_effects))
    verdict.unresolved += [f"{effect} is {effect.state}" for effect in open_effects]
    return verdict


def _parked_orders() -> dict[int, str]:
    """Orders of which a step was given up because its worker died too often."""
    steps = StepRun.objects.filter(state=StepState.ERROR, message__startswith="Parked")
    return {step.order_id: f"{_place(step)} is parked" for step in steps.select_related("run__order")}


def _unfinished() -> Iterator[str]:
    for run in WorkflowRun.objects.filter(state__in=OPEN_RUN_STATES).select_related("order"):
        yield f"run {run.pk} ({run.status} of {run.order.number}) is {run.state}"
    unended = StepRun.objects.exclude(state__in=FINAL_STEP_STATES) | StepRun.objects.filter(
        due_at__isnull=False
    )
    for step in unended.select_related("run__order"):
        yield f"{_place(step)} is {step.state}, due {step.due_at}: {step.message}"


def _money_off(ledger: Sequence[dict[str, Any]], parked: dict[int, str]) -> Iterator[str]:
    booked: dict[tuple[str, str], int] = defaultdict(int)
    for entry in ledger:
        booked[entry["reference"], entry["operation"]] += entry["amount_minor"] or 0
    for payment in Payment.objects.exclude(order_id__in=parked):
        for operation, here in (
            ("authorize", payment.authorized_minor),
            ("capture", payment.captured_minor),
            ("cancel", payment.cancelled_minor),
        ):
            there = booked[payment.reference, operation]
            if here != there:
                yield f"payment {payment.reference}: {operation} {here} here, {there} at the vendor"


def for_a_person(unresolved: Sequence[Effect]) -> set[str]:
    """Acts of which nobody but a person can tell whether they were carried out, such as a message to a receiver that
    cannot be asked, called off by a cancellation while its answer was lost. They count as unresolved, not as lost."""
    return {effect.origin for effect in unresolved if effect.needs_person}


def _lives_off(lives: Sequence[Life], parked: dict[int, str], doubtful: set[str]) -> Iterator[str]:
    orders = {order.number: order for order in Order.objects.all()}
    runs = {run.pk: run for run in WorkflowRun.objects.all()}
    failed = {step.run_id: step for step in StepRun.objects.filter(state=StepState.ERROR)}
    for life in lives:
        order = orders.get(life.number)
        if order is not None and order.pk in parked:
            continue
        if life.problem:
            yield f"{life.number}: {life.problem}"
        for run_id in life.runs:
            text = run_off(life, runs.get(run_id), failed, doubtful)
            if text:
                yield f"{life.number}: run {run_id} {text}"


def run_off(
    life: Life, run: WorkflowRun | None, failed: dict[int, StepRun], doubtful: Collection[str]
) -> str:
    """A customer who waits gets everything done; for a hurried one a later status may take a waiting run's place."""
    if run is None:
        return "was accepted and is not there"
    if life.hurried:
        return ""
    if run.state != RunState.COMPLETED:
        return f"({run.status}) is {run.state}: {run.message}"
    step = failed.get(run.pk)
    if step is None or (step.settle_only and f"step:{step.act_id or step.pk}" in doubtful):
        return ""
    return f"({run.status}) ended with {step.name}: {step.message}"


def _place(step: StepRun) -> str:
    return f"{step.name} of {step.run.status} of {step.run.order.number} (step {step.pk})"
