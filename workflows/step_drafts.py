"""Steps as they are drafted, of statuses and of step groups: who names what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q

from workflows.models import GroupStep, WorkflowStep


def all_steps(chosen: Q) -> Iterator[WorkflowStep | GroupStep]:
    """Drafted steps that fit, each with where it is. Two statements."""
    yield from WorkflowStep.objects.filter(chosen).select_related("status__order_type")
    yield from GroupStep.objects.filter(chosen).select_related("group")


def place_of(step: WorkflowStep | GroupStep) -> str:
    """Such as "Online > New > ExportOrder"."""
    if isinstance(step, GroupStep):
        return f"{step.group.name} > {step.name}"
    return f"{step.status.order_type} > {step.status.name} > {step}"


def steps_naming(kinds: Iterable[str], code: str) -> list[str]:
    """Steps that are enabled or disabled for this code of one of these kinds, such as "markets"."""
    fields = [f"{word}_for_{kind}" for kind in kinds for word in ("enabled", "disabled")]
    said = Q()
    for name in fields:
        said |= ~Q(**{name: []})
    return [
        f"step {place_of(step)}"
        for step in all_steps(said)
        if any(code.lower() == other.lower() for name in fields for other in getattr(step, name))
    ]
