from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.runtime import TenantRuntime
from tenants.models import Right
from tenants.money import Money
from workflows import acts
from workflows.acts import ActStep, Asked
from workflows.by_hand.fields import Input
from workflows.by_hand.subjects import Subject
from workflows.models import WorkflowRun
from workflows.resuming import Outline
from workflows.steps import registry as step_registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Whether an act can be done now, and what it would do. `refusal` says why it cannot and what would help; `amount`
    is the money that it moves when done in full."""

    says: tuple[str, ...] = ()
    inputs: Sequence[Input] = ()
    refusal: str = ""
    amount: Money | None = None

    @classmethod
    def refused(cls, why: str) -> Offer:
        return cls(refusal=why)


@dataclass(frozen=True, slots=True)
class Started:
    """What came of asking. `run` is None where none runs; `fresh` is False for an act that had been asked for before."""

    message: str
    run: WorkflowRun | None = None
    fresh: bool = True


class OrderAct(ABC):
    """Something that may be done to an order by hand. `name` is the API's word; `group` and `icon` (of the admin's
    symbol font) are where and how it is shown. Acts with `needs_reason` are refused without one; one
    that `sends` can show beforehand what."""

    name: ClassVar[str]
    label: ClassVar[str]
    group: ClassVar[str] = "Order"
    icon: ClassVar[str] = "play_arrow"
    right: ClassVar[Right] = Right.ACT
    needs_reason: ClassVar[bool] = False
    on_list: ClassVar[bool] = True
    danger: ClassVar[bool] = False
    sends: ClassVar[bool] = True

    @abstractmethod
    def offer(self, subject: Subject) -> Offer:
        """Whether and how it can be done now. Asks the database nothing."""

    @abstractmethod
    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        """Do it, with the values of the offer's inputs. Raises OrderProblem."""

    def right_for(self, subject: Subject, values: Mapping[str, Any]) -> Right:
        """The right that it takes with these values."""
        return self.right

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        """The steps that it would run, for showing what they would send. Raises OrderProblem."""
        return None

    def status(self, subject: Subject, values: Mapping[str, Any]) -> str:
        """The status whose steps it would run."""
        return subject.order.status

    def live(self, subject: Subject, values: Mapping[str, Any]) -> TenantRuntime:
        """The configuration that it would use."""
        return subject.live


class StepAct(OrderAct):
    """An act that is a run of some steps outside the chart."""

    @abstractmethod
    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        """What to run."""

    def told(self, subject: Subject, values: Mapping[str, Any]) -> str:
        """How the run is called."""
        return self.label

    def start(self, subject: Subject, values: Mapping[str, Any], asked: Asked) -> Started:
        told = self.told(subject, values)
        act = acts.run_steps(subject.order, self.steps(subject, values), asked, label=told)
        return started(told, act)

    def outline(self, subject: Subject, values: Mapping[str, Any]) -> Outline | None:
        return acts.outline_steps(self.steps(subject, values))


def started(told: str, act: acts.Act) -> Started:
    words = "is under way" if act.fresh else "had been asked for before"
    return Started(f"{told} {words}.", act.run, act.fresh)


def moves_money(names: Sequence[str]) -> bool:
    """Whether one of these steps acts on payments."""
    known = step_registry.all_steps()
    return any(known[name].target == "payment" for name in names if name in known)


def count_of(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
