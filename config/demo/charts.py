"""Order types written down shortly, and made into drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workflows.models import OrderStatus, OrderType, WorkflowStep


class Step(NamedTuple):
    name: str
    connector: str = ""
    connector_id: str = ""
    stop_on_error: bool = False
    properties: Mapping[str, Any] = {}


class Status(NamedTuple):
    """`following` are the statuses that may come next; none means all."""

    name: str
    following: Sequence[str]
    steps: Sequence[Step]


def draw(name: str, statuses: Sequence[Status], *, is_default: bool = False) -> OrderType:
    """The draft of an order type; who wants it live publishes it."""
    order_type = OrderType.objects.create(name=name, is_default=is_default)
    for position, status in enumerate(statuses, start=1):
        row = OrderStatus.objects.create(
            order_type=order_type,
            name=status.name,
            position=position,
            allowed_next=list(status.following),
            is_canceled=status.name == "OrderCanceled",
            is_completed=status.name == "Completed",
        )
        for place, step in enumerate(status.steps, start=1):
            WorkflowStep.objects.create(
                status=row,
                position=place,
                name=step.name,
                connector=step.connector,
                connector_id=step.connector_id,
                stop_on_error=step.stop_on_error,
                properties=dict(step.properties),
            )
    return order_type
