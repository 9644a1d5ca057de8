"""Stopping an order that an internal error keeps from being driven."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from eventlog.events import Category
from eventlog.events import Outcome as Shown
from tenants.scoping import tenant_scope
from workflows import orders
from workflows.engine.book import Book
from workflows.engine.claim import Ticket
from workflows.engine.queue import call_off, open_runs
from workflows.models import FINAL_STEP_STATES, Lane, RunState, StepRun, StepState


def park(ticket: Ticket, now: datetime, *, fence: int) -> None:
    """Stop an order's open runs after an internal error: a person decides. Later retries of ended runs go on, unless the
    order was to be cancelled. Does nothing where another worker has claimed the order since its lane had this `fence`."""
    with transaction.atomic(), tenant_scope(ticket.tenant_id):
        lane = Lane.objects.select_for_update().get(pk=ticket.order_id)
        if lane.fence != fence:
            return
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
        retries = _retries(ticket, book)
        if any(run.cancels for run in book.runs.values()):
            call_off(retries, book)
        lane.due_at = min((step.due_at for step in retries if step.due_at), default=None)
        lane.save(update_fields=["due_at", "claimed_by"])
        orders.add_error(
            ticket.order_id, "internal", "Internal error while running the workflow; the log has the details"
        )
        book.flush()


def _end_steps(ticket: Ticket, book: Book) -> None:
    """Those of the runs that are stopped, and the retries of ended runs whose turn it was: they would break it for ever."""
    concerned = Q(run_id__in=book.runs) | Q(state=StepState.RUNNING) | Q(due_at__lte=book.now)
    for step in StepRun.objects.filter(concerned, order_id=ticket.order_id):
        is_due = step.due_at is not None and step.due_at <= book.now
        if step.state not in FINAL_STEP_STATES or is_due:
            begun = step.state != StepState.PENDING
            step.state = StepState.ERROR if begun else StepState.SKIPPED
            step.message = "Internal error" if begun else "The run was stopped"
            step.due_at = None
            book.step(step)


def _retries(ticket: Ticket, book: Book) -> list[StepRun]:
    waiting = StepRun.objects.filter(order_id=ticket.order_id, due_at__isnull=False)
    return list(waiting.exclude(pk__in=book.steps))
