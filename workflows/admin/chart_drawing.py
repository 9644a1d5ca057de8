"""What the chart's page shows of a draft: columns of cards, and the arrows above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from tenants.personal import shown
from workflows.admin.explain import explain_url
from workflows.admin.step_rows import summary_of
from workflows.arrows import Drawing, draw
from workflows.chart_edits import steps_of
from workflows.models import OrderStatus, StepState, WorkflowStep
from workflows.recent_results import Key, Outcome
from workflows.steps import registry

_TONES = {
    StepState.SUCCESS: "good",
    StepState.WARNING: "warn",
    StepState.WAITING: "warn",
    StepState.ERROR: "bad",
    StepState.RUNNING: "info",
}


def drawing_of(statuses: Sequence[OrderStatus]) -> dict[str, Any]:
    """The allowed transitions that are named; a status that allows every other one says so in words."""
    order = {status.name: index for index, status in enumerate(statuses)}
    pairs = [
        (index, order[name])
        for index, status in enumerate(statuses)
        for name in dict.fromkeys(status.allowed_next)
        if name in order and order[name] != index
    ]
    drawn = draw(len(statuses), pairs)
    return {"width": drawn.width, "height": drawn.height, "arrows": [*_arrows(statuses, drawn)]}


def _arrows(statuses: Sequence[OrderStatus], drawn: Drawing) -> list[dict[str, Any]]:
    return [
        {
            "line": arrow.line,
            "head": arrow.head,
            "words": f"{statuses[arrow.source]} → {statuses[arrow.target]}",
            "tone": _tone(statuses[arrow.source], statuses[arrow.target], arrow.back),
        }
        for arrow in drawn.arrows
    ]


def _tone(source: OrderStatus, target: OrderStatus, back: bool) -> str:
    if not (source.active and target.active):
        return "off"
    if target.is_canceled:
        return "cancels"
    return "back" if back else "on"


def columns_of(
    statuses: Sequence[OrderStatus], results: Mapping[Key, Sequence[Outcome]]
) -> list[dict[str, Any]]:
    first = next((status for status in statuses if status.active), None)
    known = {status.name for status in statuses}
    return [
        {
            "status": status,
            "edit": reverse("admin:workflows_orderstatus_change", args=[status.pk]),
            "first": status is first,
            "unknown": [name for name in status.allowed_next if name not in known],
            "leftmost": index == 0,
            "rightmost": index == len(statuses) - 1,
            "cards": _cards(status, results),
        }
        for index, status in enumerate(statuses)
    ]


def _cards(status: OrderStatus, results: Mapping[Key, Sequence[Outcome]]) -> list[dict[str, Any]]:
    steps, seen = steps_of(status), Counter[tuple[str, str, str]]()
    cards = []
    for index, step in enumerate(steps):
        same = (step.name, step.connector, step.connector_id)
        seen[same] += 1
        found = results.get((status.name, *same, seen[same]), ())
        cards.append(_card(status, step, found) | {"top": index == 0, "bottom": index == len(steps) - 1})
    return cards


def _card(status: OrderStatus, step: WorkflowStep, found: Sequence[Outcome]) -> dict[str, Any]:
    known = registry.all_steps().get(step.name)
    return {
        "step": step,
        "group": [item.name for item in step.group.steps.all()] if step.group else [],
        "unknown": known is None and step.group is None,
        "special": summary_of(step),
        "edit": reverse("admin:workflows_workflowstep_change", args=[step.pk]),
        "explain": explain_url(name=step.connector, connector_id=step.connector_id) if step.connector else "",
        "target": known.target if known is not None and known.target not in {"none", "connector"} else "",
        "results": [
            {
                "tone": _TONES.get(StepState(item.state), "quiet"),
                "words": f"{StepState(item.state).label}{': ' if item.message else ''}{shown(item.message)[:120]}",
                "link": reverse("admin:workflows_workflowrun_change", args=[item.run]),
            }
            for item in found
        ],
    }
