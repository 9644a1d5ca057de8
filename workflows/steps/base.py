"""What a workflow step is. A step plans calls and settles their outcomes; the engine does everything in between.

`plan` and `settle` run in the worker's database thread, inside a transaction, and never touch the network.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from connectors.calls import CallSpec, Ending, Outcome
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider
from connectors.contracts.common import OrderDocument
from connectors.errors import LeftAlone
from connectors.runtime import TenantRuntime
from connectors.schema import Settings
from workflows.chart import StepConfig


class ResultState(StrEnum):
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"
    POSTPONED = "postponed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a step came to. `changes` are order fields to write back (see workflows.orders.apply_changes).

    `next_status` is where the order goes after the run, whatever the other steps come to. `ends_run` skips the rest of
    the run; after an Error the run counts as stopped. `final` tells that failed calls are not to be tried again.
    `again_at` is when a Postponed step is planned again, apart from its run, which goes on without it.
    """

    state: ResultState
    message: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    next_status: str = ""
    ends_run: bool = False
    final: bool = False
    again_at: datetime | None = None

    @classmethod
    def postponed(cls, again_at: datetime, message: str) -> Result:
        return cls(state=ResultState.POSTPONED, message=message, again_at=again_at)

    @classmethod
    def success(cls, message: str = "", **rest: Any) -> Result:
        return cls(state=ResultState.SUCCESS, message=message, **rest)

    @classmethod
    def warning(cls, message: str, **rest: Any) -> Result:
        return cls(state=ResultState.WARNING, message=message, **rest)

    @classmethod
    def skipped(cls, message: str) -> Result:
        return cls(state=ResultState.SKIPPED, message=message)

    @classmethod
    def error(cls, message: str, **rest: Any) -> Result:
        return cls(state=ResultState.ERROR, message=message, **rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Either calls to make, in this order, or a result at once."""

    calls: tuple[CallSpec, ...] = ()
    result: Result | None = None

    @classmethod
    def done(cls, result: Result) -> Plan:
        return cls(result=result)

    @classmethod
    def call(cls, *calls: CallSpec) -> Plan:
        return cls(calls=calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """What a step works with. `connector` is resolved by the engine for steps whose target is "connector".

    `status` is the one whose steps run; by the time of a late retry the order may stand in another. `act_id` is the step
    run that began the act: this one, or an earlier one that this one resumes. `shipment` is the reference of the one
    that a step per shipment is to work on; `order` then tells of no other. `called_off` tells that a later status change
    has taken the step's place: only what was begun is still to be found out.
    """

    order: OrderDocument
    config: StepConfig
    runtime: TenantRuntime
    properties: Any
    run_id: int
    step_run_id: int
    status: str = ""
    actor: str = ""
    act_id: int = 0
    connector: ConnectorConfig | None = None
    shipment: str = ""
    called_off: bool = False

    @property
    def reference(self) -> str:
        """Our reference for what this step does to this order: the same on every repetition and when it is resumed."""
        return f"{self.order.number}-{self.act}"

    @property
    def act(self) -> int:
        return self.act_id or self.step_run_id


#: One contract, or several of which one is enough.
Capability = type[Provider] | tuple[type[Provider], ...]


class Step(ABC):
    """Base of all steps. `target` tells where the connector comes from: the step's Connector, the payment, or nowhere;
    `capability` is what it has to fulfil. `by_shipment` tells that it can work on one shipment of the order,
    `ends_run_on_error` that its errors stop the run whatever its StopOnError says."""

    name: ClassVar[str]
    label: ClassVar[str] = ""
    target: ClassVar[str] = "none"
    capability: ClassVar[Capability | None] = None
    properties: ClassVar[type[Settings]] = Settings
    by_shipment: ClassVar[bool] = False
    ends_run_on_error: ClassVar[bool] = False

    def leads_to(self, config: StepConfig) -> str:
        """The status that the step itself may move the order to; "" where it moves none."""
        return ""

    def needs_connector(self, config: StepConfig) -> bool:
        """Whether the engine has to resolve the step's Connector before `plan`."""
        return self.target == "connector"

    @abstractmethod
    def plan(self, context: StepContext) -> Plan:
        """Decide what to call. Called again before every retry, so it plans only what is still to be done."""

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        """Apply what succeeded. Transient and unknown outcomes are the engine's; here they count as Error."""
        return summary(outcomes)

    def done_before(self, context: StepContext) -> Result:
        """What to say where the same act has had everything called before that it plans. In the worker's database thread."""
        return Result.success("Was done before")


def summary(outcomes: Sequence[Outcome]) -> Result:
    """Success when every call succeeded, else Error with the failures' messages. What the connector's settings leave alone
    is no failure; where that is all of it the result is Skipped."""
    failed = [outcome for outcome in outcomes if outcome.ending is not Ending.SUCCEEDED]
    if not failed:
        return Result.success()
    text = "; ".join(dict.fromkeys(outcome.message for outcome in failed))
    if not all(isinstance(outcome.error, LeftAlone) for outcome in failed):
        return Result.error(text)
    return Result.skipped(text) if len(failed) == len(outcomes) else Result.success(f"Done, except: {text}")
