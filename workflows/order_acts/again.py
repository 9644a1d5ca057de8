"""Go on where a run failed, or run a single step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.runtime import TenantRuntime
from tenants.models import Right
from workflows import acts, resuming
from workflows.acts import ActStep, Asked
from workflows.by_hand import Choice, Offer, OrderAct, Started, StepAct, Subject, register
from workflows.by_hand.base import started
from workflows.chart import Status, StepConfig
from workflows.models import RunState, WorkflowRun
from workflows.order_acts.shared import DONE, VERSIONS, as_act, right_of, words_of
from workflows.problems import InvalidData, NotPossible
from workflows.resuming import Outline


@register
class Resume(OrderAct):
    name = "resume"
    label = "Resume from failed step"
    group = "Workflow"
    icon = "resume"

    def offer(self, subject: Subject) -> Offer:
        run = subject.failed
        if run is None:
            return Offer.refused("No run of this order has failed.")
        if run.state == RunState.WAITING:
            return Offer(says=(f"{run.title} waits to be tried again; it is tried at once.",))
        left = [step.name for step in subject.steps if step.state not in DONE]
        kept = [step.name for step in subject.steps if step.state in DONE]
        says = [f"Goes on with {run.title} of {run.created_at:%d %b %H:%M}: runs {', '.join(left)}."]
        if kept:
            says.append(f"Stays done: {', '.join(kept)}.")
        return Offer(says=tuple(says), inputs=(VERSIONS,))

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        act = acts.resume(_failed(subject), asked, newest=values.get("versions") == "newest")
        return started(act.run.title, act)

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return right_of([step.name for step in subject.steps if step.state not in DONE])

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        run = _failed(subject)
        if run.state == RunState.WAITING:
            return None
        run.order = subject.order
        return resuming.outline_resume(run, self.live(subject, values))

    def live(self, subject: Subject, values: Mapping[str, Any]) -> TenantRuntime:
        return subject.live if values.get("versions") == "newest" else acts.versions(_failed(subject))

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return _failed(subject).status


@register
class RunStep(StepAct):
    """Any step of the order's type, with its connector and properties, whatever its conditions say."""

    name = "step"
    label = "Run single step"
    group = "Workflow"
    icon = "step_over"

    def offer(self, subject: Subject) -> Offer:
        steps = list(subject.chart_steps())
        if not steps:
            return Offer.refused("Its order type has no steps.")
        options = tuple((_place(status, step), _step_words(status, step)) for status, step in steps)
        here = next(
            (_place(status, step) for status, step in steps if status.name == subject.order.status), ""
        )
        return Offer(
            says=(
                "Runs one step of the order's type now, whatever its conditions say and whatever was done before.",
            ),
            inputs=(Choice(name="step", label="Step", options=options, initial=here),),
        )

    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        return [as_act(self._config(subject, values))]

    def told(self, subject: Subject, values: Mapping[str, Any]) -> str:
        config = self._config(subject, values)
        return f"{config.name}{f' ({config.connector_id or config.connector})' if config.connector else ''} by hand"

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return right_of([self._config(subject, values).name])

    def _config(self, subject: Subject, values: Mapping[str, Any]) -> StepConfig:
        found = {_place(status, step): step for status, step in subject.chart_steps()}
        if values["step"] not in found:
            raise InvalidData({"step": ["The order type has no such step any more; choose again."]})
        return found[values["step"]]


def _failed(subject: Subject) -> WorkflowRun:
    if subject.failed is None:
        raise NotPossible("No run of this order has failed")
    return subject.failed


def _place(status: Status, step: StepConfig) -> str:
    return f"{status.name}/{step.position}"


def _step_words(status: Status, step: StepConfig) -> str:
    through = step.connector_id or step.connector
    return f"{words_of(status)} > {step.position}. {step.name}{f' ({through})' if through else ''}"
