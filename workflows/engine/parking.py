"""Stopping an order that an internal error keeps from being driven."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Min, Q

from eventlog.events import Category
from eventlog.events import Outcome as Shown
from tenants.scoping import tenant_scope
from workflows import orders
from workflows.engine.book import Book
from workflows.engine.claim import Ticket
from workflows.engine.queue import open_runs
from workflows.models import FINAL_STEP_STATES, Lane, RunState, StepRun, StepState


def park(ticket: Ticket, now: datetime) -> None:
    """Stop an order's open runs after an internal error: a person decides. Retries of ended runs go on."""
    with transaction.atomic(), tenant_scope(ticket.tenant_id):
        lane = Lane.objects.select_for_update().get(pk=ticket.order_id)
        lane.claimed_by = None
        book = Book(now)
        for run in open_runs([ticket.order_id]):
            run.state, run.message, run.finished_at = (
                RunState.STOPPED,
                "Internal error; the log has the details",
                now,
            )
            book.run(run)
            book.event(Category.WORKFLOW, f"{run.title} stopped", run, outcome=Shown.ERROR)
        _end_steps(ticket, book)
        lane.due_at = _next_retry(ticket, book)
        lane.save(update_fields=["due_at", "claimed_by"])
        orders.add_error(
            ticket.order_id, "internal", "Internal error while running the workflow; the log has the details"
        )
        book.flush()


def _end_steps(ticket: Ticket, book: Book) -> None:
    """Those of the runs that are stopped, and a retry of an ended run that was under way."""
    concerned = Q(run_id__in=book.runs) | Q(state=StepState.RUNNING)
    for step in StepRun.objects.filter(concerned, order_id=ticket.order_id):
        if step.state not in FINAL_STEP_STATES:
            begun = step.state != StepState.PENDING
            step.state = StepState.ERROR if begun else StepState.SKIPPED
            step.message = "Internal error" if begun else "The run was stopped"
            step.due_at = None
            book.step(step)


def _next_retry(ticket: Ticket, book: Book) -> datetime | None:
    waiting = StepRun.objects.filter(order_id=ticket.order_id, due_at__isnull=False)
    first: datetime | None = waiting.exclude(pk__in=book.steps).aggregate(first=Min("due_at"))["first"]
    return first
