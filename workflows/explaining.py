"""Which connector would serve an order at a step, and why: the question as people ask it, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.explaining import Explanation, explain
from connectors.runtime import TenantRuntime, runtime
from workflows.chart import Status, StepConfig, charts_of
from workflows.models import Order
from workflows.problems import FieldErrors, InvalidData
from workflows.step_uses import known_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`step` is "<order type>/<status>/<number of the step>" of a published chart. What it leaves open, and what there is
    of `name`, `connector_id`, `market` and `store`, is asked as given; an order gives its own market and store."""

    step: str = ""
    name: str = ""
    connector_id: str = ""
    market: str = ""
    store: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`question` is what was asked in the end. `aside` tells of a step that asks for no connector; then there is no
    explanation."""

    question: Question
    generation: int
    groups: tuple[str, ...] = ()
    step: StepConfig | None = None
    aside: str = ""
    explanation: Explanation | None = None


_ASIDE = {
    "payment": "calls the connector that each payment of the order was made with; nothing is resolved again.",
    "shipment": "calls the connector that each shipment was booked with; nothing is resolved again.",
}


def answer(tenant_id: int, asked: Question) -> Answer:
    """Of the generation that is live now. Raises InvalidData for an order or a step that is not there, and where neither
    a step nor a name or Connector ID is given."""
    live = runtime(tenant_id)
    errors = FieldErrors()
    step = _step(live, asked.step, errors) if asked.step else None
    order = _order(asked.order, errors) if asked.order else None
    question = _filled(asked, step, order)
    if step is None and not (question.name or question.connector_id):
        errors.add("name", "Choose a step, a Connector or a ConnectorId")
    if not question.market:
        errors.add("market", "Choose a market, or an order")
    if errors:
        raise InvalidData(errors.found)
    groups = tuple(sorted(live.market_groups(question.market)))
    rest: dict[str, Any] = {
        "question": question,
        "generation": live.generation,
        "groups": groups,
        "step": step,
    }
    if step is not None and (aside := _aside(step)):
        return Answer(**rest, aside=aside)
    return Answer(**rest, explanation=_explain(live, question, groups))


def steps_of(live: TenantRuntime) -> list[tuple[str, Status, StepConfig]]:
    """Every published step with its key and its status, in the order of the charts."""
    return [
        (f"{chart.name}/{status.name}/{step.position}", status, step)
        for chart in charts_of(live).values()
        for status in chart.statuses.values()
        for step in status.steps
    ]


def _explain(live: TenantRuntime, question: Question, groups: tuple[str, ...]) -> Explanation:
    return explain(
        live.connectors.values(),
        name=question.name,
        connector_id=question.connector_id,
        market=question.market,
        market_groups=groups,
        store=question.store,
    )


def _filled(asked: Question, step: StepConfig | None, order: Order | None) -> Question:
    return Question(
        step=asked.step,
        name=step.connector if step else asked.name,
        connector_id=step.connector_id if step else asked.connector_id,
        market=order.market.code if order else asked.market,
        store=(order.store.code if order.store else "") if order else asked.store,
        order=order.number if order else "",
    )


def _step(live: TenantRuntime, key: str, errors: FieldErrors) -> StepConfig | None:
    found = next((step for known, _, step in steps_of(live) if known.casefold() == key.casefold()), None)
    if found is None:
        errors.add("step", f"No published order type has the step {key!r}; write it as Online/Ship/2")
    return found


def _order(number: str, errors: FieldErrors) -> Order | None:
    found = Order.objects.filter(number=number).select_related("market", "store").first()
    if found is None:
        errors.add("order", f"There is no order {number!r}; give its whole number, or a market")
    return found


def _aside(step: StepConfig) -> str:
    known = known_step(step)
    if known is None:
        return f"{step.name} is no step that is installed."
    if known.needs_connector(step):
        return ""
    return f"{step.name} {_ASIDE.get(known.target, 'asks for no connector.')}"
