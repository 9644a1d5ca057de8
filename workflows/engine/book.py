"""What one database transaction of the engine changes, written in a few statements at its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min

from eventlog.events import Category, EventData, Outcome
from eventlog.store import record_many
from workflows.engine.claim import Ticket
from workflows.models import Lane, StepRun, WorkflowRun

_RUN_FIELDS = ["state", "message", "next_status", "started_at", "finished_at"]
_STEP_FIELDS = [
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


class Book:
    """Collects changed rows and events; `flush` writes them. `now` is the database's time of this transaction."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.runs: dict[int, WorkflowRun] = {}
        self.steps: dict[int, StepRun] = {}
        self.released: list[tuple[Ticket, Lane]] = []
        self.events: list[EventData] = []

    def run(self, run: WorkflowRun) -> None:
        self.runs[run.pk] = run

    def step(self, step: StepRun) -> None:
        self.steps[step.pk] = step

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
            StepRun.objects.bulk_update(self.steps.values(), _STEP_FIELDS)
        if self.runs:
            WorkflowRun.objects.bulk_update(self.runs.values(), _RUN_FIELDS)
        self._let_go()
        if self.events:
            record_many(self.events)

    def _let_go(self) -> None:
        """Give lanes back. A lane whose bell rang since it was claimed stays due, as the bell left it."""
        if not self.released:
            return
        due = _next_due([ticket.order_id for ticket, _ in self.released])
        for ticket, lane in self.released:
            lane.claimed_by = None
            if lane.bell == ticket.bell:
                lane.due_at = due.get(ticket.order_id)
        Lane.objects.bulk_update([lane for _, lane in self.released], ["claimed_by", "due_at"])


def _next_due(order_ids: list[int]) -> dict[int, datetime]:
    waiting = StepRun.objects.filter(order_id__in=order_ids, due_at__isnull=False).order_by()
    return dict(waiting.values_list("order_id").annotate(first=Min("due_at")))
