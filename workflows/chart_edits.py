"""Edits of an order type's draft as the chart makes them: rows are renumbered, and only those that change are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workflows.models import OrderStatus, OrderType, StepGroup, WorkflowStep
from workflows.steps import registry


def statuses_of(order_type: OrderType) -> list[OrderStatus]:
    """In the order of the chart, with their steps at hand."""
    return _sorted(order_type.statuses.prefetch_related("steps__group__steps"))


def steps_of(status: OrderStatus) -> list[WorkflowStep]:
    return _sorted(status.steps.all())


def move_status(status: OrderStatus, place: int) -> None:
    """`place` counts from 0 in the order of the chart; beyond its ends is at its ends."""
    others = [row for row in statuses_of(status.order_type) if row.pk != status.pk]
    _number(_with(others, status, place))


def move_step(step: WorkflowStep, status: OrderStatus, place: int) -> None:
    """To a place, from 0, among the steps of this or another status of the same order type."""
    others = [row for row in steps_of(status) if row.pk != step.pk]
    moved = step.status_id != status.pk
    step.status = status
    _number(_with(others, step, place), always=step if moved else None)


def add_step(status: OrderStatus, chosen: str) -> WorkflowStep:
    """`chosen` is the name of an installed step, or "group:" with the id of a step group; it comes last.

    Raises LookupError for what is neither.
    """
    step = WorkflowStep(status=status, position=last_position(steps_of(status)))
    kind, _, key = chosen.partition(":")
    if kind == "group" and key.isdecimal():
        step.group = StepGroup.objects.filter(pk=int(key)).first()
    else:
        step.name = registry.get(chosen).name
    if not step.name and step.group is None:
        raise LookupError(f"there is no step group {key}")
    step.save()
    return step


def last_position(rows: Any) -> int:
    """The position after those of all rows."""
    return max((row.position for row in rows), default=0) + 1


def _with(others: Sequence[Any], row: Any, place: int) -> list[Any]:
    index = min(max(place, 0), len(others))
    return [*others[:index], row, *others[index:]]


def _number(rows: Sequence[Any], always: Any = None) -> None:
    for position, row in enumerate(rows, start=1):
        if row.position != position or row is always:
            row.position = position
            row.save()


def _sorted(rows: Any) -> list[Any]:
    return sorted(rows, key=lambda row: (row.position, row.pk))
