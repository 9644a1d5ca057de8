"""Acts on one run or one step of an order: resume it, run it again. They are offered beside the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from connectors.runtime import TenantRuntime
from tenants.models import Right
from workflows import acts, resuming
from workflows.acts import Asked
from workflows.by_hand.base import Offer, OrderAct, Started, started
from workflows.by_hand.subjects import Subject
from workflows.models import StepRun, WorkflowRun
from workflows.order_acts.again import Resume
from workflows.order_acts.shared import DONE, REPEAT, VERSIONS, right_of
from workflows.resuming import Outline


class ResumeRun(Resume):
    """As Resume, of a run that somebody points at."""

    def __init__(self, run: WorkflowRun) -> None:
        self.run = run
        self.rows = list(run.steps.order_by("position"))

    def offer(self, subject: Subject) -> Offer:
        return super().offer(self._pointed(subject))

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        return super().start(self._pointed(subject), values, asked)

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return super().right_for(self._pointed(subject), values)

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        return super().outline(self._pointed(subject), values)

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return self.run.status

    def live(self, subject: Subject, values: Mapping[str, Any]) -> TenantRuntime:
        return super().live(self._pointed(subject), values)

    def _pointed(self, subject: Subject) -> Subject:
        return replace(subject, failed=self.run, steps=self.rows)


class AgainRun(OrderAct):
    """All steps of one run."""

    name = "again"
    label = "Run again"
    group = "Workflow"
    icon = "replay"
    on_list: ClassVar[bool] = False

    def __init__(self, run: WorkflowRun) -> None:
        self.run = run

    def offer(self, subject: Subject) -> Offer:
        says = (f"Runs all steps of {self.run.title} of {self.run.created_at:%d %b %H:%M} again.",)
        return Offer(says=says, inputs=(VERSIONS, REPEAT))

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        act = acts.run_again(
            subject.order, asked, run=self.run, newest=values["versions"] == "newest", repeat=values["repeat"]
        )
        return started(act.run.title, act)

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return right_of([step.name for step in self.run.steps.all()])

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        live = self.live(subject, values)
        return resuming.outline_again(subject.order, self.run.status, self.run, live, repeat=values["repeat"])

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return self.run.status

    def live(self, subject: Subject, values: Mapping[str, Any]) -> TenantRuntime:
        return subject.live if values["versions"] == "newest" else acts.versions(self.run)


class RerunStep(OrderAct):
    """One step of a run."""

    name = "rerun"
    label = "Run this step again"
    group = "Workflow"
    icon = "replay"
    on_list: ClassVar[bool] = False

    def __init__(self, step: StepRun) -> None:
        self.step = step

    def offer(self, subject: Subject) -> Offer:
        done = self.step.state in DONE
        says = [
            f"Runs {self.step.name} of {self.step.run.title} of {self.step.run.created_at:%d %b %H:%M} again."
        ]
        if done:
            says.append("It has succeeded; tick below to have it done anew.")
        return Offer(says=tuple(says), inputs=(VERSIONS, REPEAT))

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        act = acts.rerun_step(
            self.step, asked, newest=values["versions"] == "newest", repeat=values["repeat"]
        )
        return started(act.run.title, act)

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        return right_of([self.step.name])

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        if self.step.state in DONE and not values["repeat"]:
            return None
        return resuming.outline_step(self.step, self.live(subject, values), repeat=values["repeat"])

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        return self.step.run.status

    def live(self, subject: Subject, values: Mapping[str, Any]) -> TenantRuntime:
        return subject.live if values["versions"] == "newest" else acts.versions(self.step.run)
