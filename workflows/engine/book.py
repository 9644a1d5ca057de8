"""What one database transaction of the engine changes, written in a few statements at its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Min

from eventlog.events import Category, EventData, Outcome
from eventlog.store import record_many
from tenants.bulk import update_many
from tenants.kept import Kept
from workflows.engine.claim import Ticket
from workflows.models import Lane, StepRun, WorkflowRun
from workflows.order_changes import apply_many
from workflows.order_errors import NewError, add_errors, solve_errors_of

_RUN_FIELDS = ["id", "state", "message", "next_status", "started_at", "finished_at"]
_STEP_FIELDS = [
    "id",
    "state",
    "message",
    "rule",
    "trace",
    "connector_name",
    "attempts",
    "deaths",
    "settle_only",
    "due_at",
    "retry_until",
    "started_at",
    "finished_at",
    "duration_ms",
]

_LANE_FIELDS = ["order_id", "claimed_by", "due_at", "waits_for"]


class Book:
    """Collects changed rows and events; `flush` writes them. `now` is the database's time of this transaction."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.runs: dict[int, WorkflowRun] = {}
        self.steps: dict[int, StepRun] = {}
        self.released: list[tuple[Ticket, Lane]] = []
        self.events: list[EventData] = []
        self._changes: dict[int, tuple[StepRun, Mapping[str, Any]]] = {}
        self._errors: dict[tuple[int, str], NewError | None] = {}

    def run(self, run: WorkflowRun) -> None:
        self.runs[run.pk] = run

    def step(self, step: StepRun) -> None:
        self.steps[step.pk] = step

    def change(self, step: StepRun, changes: Mapping[str, Any]) -> None:
        """What a step's answer changes of its order; at most one a round and order."""
        self._changes[step.order_id] = (step, changes)

    def apply_changes(self) -> None:
        """Write the changes of this round to the orders, before their documents are read again."""
        if not self._changes:
            return
        told = apply_many({order_id: changes for order_id, (_, changes) in self._changes.items()})
        for order_id, warnings in told.items():
            step, _ = self._changes[order_id]
            step.message = "; ".join(filter(None, [step.message, *warnings]))
        self._changes.clear()

    def error(self, step: StepRun, key: str, message: str) -> None:
        """An error on the step's order; the last word on a key counts."""
        self._errors[step.order_id, key] = NewError(
            order_id=step.order_id, key=key, message=message, step_run_id=step.pk
        )

    def solved(self, step: StepRun, key: str) -> None:
        self._errors[step.order_id, key] = None

    def release(self, ticket: Ticket, lane: Lane) -> None:
        self.released.append((ticket, lane))

    def event(self, category: Category, message: str, run: WorkflowRun, **fields: Any) -> None:
        fields.setdefault("outcome", Outcome.INFO)
        fields.setdefault("order_number", getattr(run, "order_number", ""))
        self.events.append(
            EventData(
                category=category,
                message=message,
                tenant_id=run.tenant_id,
                at=self.now,
                order_id=run.order_id,
                run_id=run.pk,
                actor=run.actor,
                **fields,
            )
        )

    def flush(self) -> None:
        if self.steps:
            update_many(StepRun, _rows(self.steps.values(), _STEP_FIELDS), keys=["id"])
        if self.runs:
            update_many(WorkflowRun, _rows(self.runs.values(), _RUN_FIELDS), keys=["id"])
        self._write_errors()
        self._let_go()
        if self.events:
            record_many(self.events)

    def _write_errors(self) -> None:
        solved: defaultdict[int, list[str]] = defaultdict(list)
        for (order_id, key), error in self._errors.items():
            if error is None:
                solved[order_id].append(key)
        if solved:
            solve_errors_of(solved)
        add_errors([error for error in self._errors.values() if error is not None])

    def _let_go(self) -> None:
        """Give lanes back. A lane whose bell rang since it was claimed stays due, as the bell left it; one that waits for a
        connector keeps its place in the line."""
        if not self.released:
            return
        due = _next_due([ticket.order_id for ticket, _ in self.released])
        for ticket, lane in self.released:
            lane.claimed_by = None
            rang = lane.bell != ticket.bell
            lane.waits_for = None if rang else ticket.waits_for
            if not rang and lane.waits_for is None:
                lane.due_at = due.get(ticket.order_id)
        lanes = [lane for _, lane in self.released]
        update_many(Lane, _rows(lanes, _LANE_FIELDS), keys=["order_id"])


def _rows(objects: Iterable[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: getattr(item, name) for name in names} for item in objects]


def _next_due(order_ids: list[int]) -> dict[int, datetime]:
    return dict(_first_due(order_ids))


_first_due = Kept(
    lambda ids: (
        StepRun.objects.filter(order_id__in=ids, due_at__isnull=False)
        .order_by()
        .values_list("order_id")
        .annotate(first=Min("due_at"))
    )
)
