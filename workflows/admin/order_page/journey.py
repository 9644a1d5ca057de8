"""The journey: one time line of all that happened to an order, newest first, what a run did kept together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from eventlog.events import Category
from eventlog.models import Event
from tenants.personal import shown as seen_by_person
from workflows.admin.colours import OUTCOME_COLOURS, RUN_COLOURS, standing
from workflows.models import Order, WorkflowRun

#: Events on one page of it.
PAGE = 60

_PROBLEMS = ("error", "warning", "unknown", "retry")
_FILTERS = (("", "All"), ("problems", "Problems"), ("calls", "Calls"), ("changes", "Without calls"))
_ICONS = {
    Category.CREATED: "add_circle",
    Category.UPDATED: "swap_horiz",
    Category.CANCELED: "cancel",
    Category.WORKFLOW: "account_tree",
    Category.WORKFLOW_STEP: "task_alt",
    Category.CONNECTOR: "http",
    Category.NOTIFICATION: "mail",
    Category.COMMENT: "chat",
    Category.ERROR: "error",
    Category.EXPORTED: "upload",
    Category.IMPORTED: "move_to_inbox",
    Category.DELETED: "delete",
}


@dataclass(slots=True)
class Line:
    """One event. `call` is the address of what was sent and answered, for calls; `is_result` tells that a step
    ended so."""

    event: Event
    icon: str
    colour: str
    call: str = ""
    is_result: bool = False


@dataclass(slots=True)
class StepLines:
    """What one step of a run did; `name` is empty for what the run itself did."""

    name: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """One event of its own, or all that a run did. Newest first among each other; inside a run oldest first."""

    at: datetime
    line: Line | None = None
    run: WorkflowRun | None = None
    colour: str = ""
    words: str = ""
    until: datetime | None = None
    steps: list[StepLines] = field(default_factory=list)


@dataclass(slots=True)
class Journey:
    blocks: list[Block]
    older: int | None
    shown: str
    filters: Sequence[tuple[str, str]] = _FILTERS


def journey(order: Order, *, before: int | None = None, shown: str = "") -> Journey:
    """A page of the journey, in two statements; `before` is the event that the page before ended with."""
    events = _wanted(shown).filter(order_id=order.pk).order_by("-id")
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events[: PAGE + 1])
    page = found[:PAGE]
    for event in page:
        event.message = seen_by_person(event.message)
    return Journey(_blocks(order, page), page[-1].pk if len(found) > PAGE else None, shown)


def _wanted(shown: str) -> QuerySet[Event]:
    rows = Event.objects.all()
    if shown == "problems":
        return rows.filter(outcome__in=_PROBLEMS)
    if shown == "calls":
        return rows.filter(category=Category.CONNECTOR)
    return rows.exclude(category=Category.CONNECTOR) if shown == "changes" else rows


def _blocks(order: Order, events: Sequence[Event]) -> list[Block]:
    runs = WorkflowRun.objects.in_bulk({event.run_id for event in events if event.run_id is not None})
    blocks: list[Block] = []
    by_run: dict[int, Block] = {}
    for event in events:
        run = runs.get(event.run_id) if event.run_id is not None else None
        if run is None:
            blocks.append(Block(event.at, line=_line(order, event)))
        elif run.pk not in by_run:
            by_run[run.pk] = _of_run(event, run)
            blocks.append(by_run[run.pk])
    for block in by_run.values():
        mine = [event for event in reversed(events) if block.run and event.run_id == block.run.pk]
        block.at, block.steps = mine[0].at, _steps(order, mine)
    return blocks


def _of_run(newest: Event, run: WorkflowRun) -> Block:
    state, words = standing(run)
    return Block(newest.at, run=run, colour=RUN_COLOURS[state], words=words, until=newest.at)


def _steps(order: Order, events: Iterable[Event]) -> list[StepLines]:
    """The events of a run by step, in the order in which each began; what concerns no step stays where it was."""
    found: dict[int, StepLines] = {}
    for event in events:
        key = -event.pk if event.step_run_id is None else event.step_run_id
        group = found.setdefault(key, StepLines(event.step))
        group.lines.append(_line(order, event))
    return list(found.values())


def _line(order: Order, event: Event) -> Line:
    is_call = event.category == Category.CONNECTOR and bool(event.method or event.url)
    call = reverse("admin:workflows-order-call", args=[order.pk, event.pk]) if is_call else ""
    icon = _ICONS.get(Category(event.category), "info") if event.category in set(Category) else "info"
    is_result = event.category == Category.WORKFLOW_STEP
    return Line(event, icon, OUTCOME_COLOURS.get(event.outcome, ""), call, is_result)
