"""Running one step of an order that makes no calls, without an engine around it."""

from __future__ import annotations

from itertools import count
from typing import Any

from connectors.runtime import runtime
from workflows.chart import StepConfig
from workflows.documents import order_documents
from workflows.models import Order
from workflows.steps import registry
from workflows.steps.base import Result, StepContext

_step_runs = count(1)


def plan(order: Order, name: str, *, run: int = 0, **properties: Any) -> Result:
    step = registry.get(name)
    context = StepContext(
        order=order_documents([order.pk])[order.pk],
        config=StepConfig(position=1, name=name, properties=properties),
        runtime=runtime(order.tenant_id),
        properties=step.properties.compile({}, properties),
        run_id=1,
        step_run_id=run or next(_step_runs),
    )
    result = step.plan(context).result
    assert result is not None
    return result
