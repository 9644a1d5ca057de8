"""What the judge of chaos calls lost, and what is left to a person."""

from __future__ import annotations

import pytest

from connectors.models import Effect
from tests.chaos.customers import Life
from tests.chaos.verdict import for_a_person, run_off
from workflows.models import RunState, StepRun, StepState, WorkflowRun

LIFE = Life(number="C-1", market="NOR", amount="10.00", path=(), hurried=False, runs=[1])


def judged(effect: Effect, *, settle_only: bool) -> str:
    run = WorkflowRun(pk=1, status="New", state=RunState.COMPLETED)
    step = StepRun(pk=17, run_id=1, name="Notification", state=StepState.ERROR, settle_only=settle_only)
    return run_off(LIFE, run, {1: step}, for_a_person([effect]))


def test_what_was_called_off_and_cannot_be_asked_is_left_to_a_person():
    assert judged(Effect(origin="step:17", needs_person=True), settle_only=True) == ""


@pytest.mark.parametrize(
    ("effect", "settle_only"),
    [
        (Effect(origin="step:17", needs_person=True), False),
        (Effect(origin="step:17", needs_person=False), True),
        (Effect(origin="step:18", needs_person=True), True),
    ],
)
def test_any_other_failure_is_a_loss(effect, settle_only):
    assert judged(effect, settle_only=settle_only) == "(New) ended with Notification: "
