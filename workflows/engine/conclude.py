"""How a step ends: its result, the order's errors, retries that wait or go on detached, and the end of the run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import Error as DatabaseError

from connectors.calls import Outcome
from eventlog.events import Category
from eventlog.events import Outcome as Shown
from tenants.scoping import tenant_scope
from workflows import orders
from workflows.engine import policy, queue, transitions
from workflows.engine.book import Book
from workflows.engine.claim import Ticket
from workflows.engine.plan import run_of
from workflows.models import FINAL_STEP_STATES, RunState, StepRun, StepState
from workflows.problems import OrderBusy
from workflows.steps import registry
from workflows.steps.base import Result, ResultState

log = logging.getLogger(__name__)

#: A bell number that no lane has: the lane stays due when it is given back.
NEVER_SEEN = -1

_STATES = {
    ResultState.SUCCESS: StepState.SUCCESS,
    ResultState.WARNING: StepState.WARNING,
    ResultState.ERROR: StepState.ERROR,
    ResultState.SKIPPED: StepState.SKIPPED,
    ResultState.POSTPONED: StepState.POSTPONED,
}
_SHOWN = {
    StepState.SUCCESS: Shown.SUCCESS,
    StepState.WARNING: Shown.WARNING,
    StepState.ERROR: Shown.ERROR,
    StepState.SKIPPED: Shown.INFO,
}


def settle(ticket: Ticket, outcomes: Sequence[Outcome], book: Book) -> None:
    """Let the step apply what its calls brought, then end it or plan its next try."""
    step = _step(ticket)
    step.duration_ms = (step.duration_ms or 0) + sum(outcome.duration_ms for outcome in outcomes)
    try:
        with tenant_scope(step.tenant_id):
            result = registry.get(step.name).settle(ticket.context, outcomes)
    except (DatabaseError, OrderBusy):
        raise
    except Exception:
        log.exception("outcome of step %s of run %s cannot be applied", step.name, step.run_id)
        result = Result.error("Internal error while applying the answer; the log has the details")
    conclude(ticket, result, outcomes, book)


def conclude(ticket: Ticket, result: Result, outcomes: Sequence[Outcome], book: Book) -> None:
    """End the ticket's step with this result, or try again where one of its calls may still succeed."""
    step = _step(ticket)
    if result.again_at is not None:
        _postpone(ticket, result, result.again_at, book)
        return
    hopeful = [outcome for outcome in outcomes if policy.is_hopeful(outcome)]
    if hopeful and not result.final:
        due = policy.next_try(step.attempts, hopeful, book.now)
        step.attempts -= policy.were_held(hopeful)
        step.retry_until = step.retry_until or book.now + policy.RETRY_FOR
        if due <= step.retry_until:
            _schedule(ticket, result, (due - book.now).total_seconds(), book)
            return
    _end(ticket, result, book)


def try_again(ticket: Ticket, result: Result, book: Book, wait_s: float) -> None:
    """Put the step back without a call having been made."""
    _schedule(ticket, result, wait_s, book)


def finish_run(ticket: Ticket, book: Book) -> None:
    """Close a run whose steps have all ended."""
    run = ticket.run
    if run is None:
        return
    if run.state != RunState.STOPPED:
        run.state = RunState.COMPLETED
        failed = [
            step.name for step in ticket.steps if step.run_id == run.pk and step.state == StepState.ERROR
        ]
        run.message = f"Completed with errors in {', '.join(failed)}" if failed else ""
        shown = Shown.WARNING if failed else Shown.SUCCESS
        book.event(Category.WORKFLOW, f"{run.title} completed", run, outcome=shown)
        if transitions.move_on(run, ticket.steps, failed=bool(failed)):
            ticket.bell = NEVER_SEEN
    run.finished_at = book.now
    book.run(run)
    ticket.detached += [step for step in ticket.steps if step.run_id == run.pk and step.due_at is not None]


def _schedule(ticket: Ticket, result: Result, wait_s: float, book: Book) -> None:
    step = _step(ticket)
    step.due_at = book.now + timedelta(seconds=wait_s)
    step.message = result.message
    book.step(step)
    if (step.stop_on_error or result.ends_run) and not _is_detached(ticket) and ticket.run is not None:
        step.state = ticket.run.state = StepState.WAITING
        book.run(ticket.run)
        _tell(ticket, f"{step.name} waits to be tried again", Shown.RETRY, book)
        return
    step.state, step.finished_at = StepState.ERROR, book.now
    _add_error(ticket, f"{result.message} (is tried again by itself)", book)
    _tell(ticket, f"{step.name} failed and is tried again", Shown.RETRY, book)


def _postpone(ticket: Ticket, result: Result, again_at: datetime, book: Book) -> None:
    """Planned again at its time, apart from its run, which it no longer holds up; that counts as no try."""
    step = _step(ticket)
    step.state, step.message = _STATES[result.state], result.message
    step.due_at, step.attempts = again_at, max(step.attempts - 1, 0)
    book.step(step)
    if ticket.run is not None and ticket.run.state == RunState.WAITING and not _is_detached(ticket):
        ticket.run.state = RunState.RUNNING
        book.run(ticket.run)
    _tell(ticket, f"{step.name}: {result.message}", Shown.INFO, book)


def _end(ticket: Ticket, result: Result, book: Book) -> None:
    step = _step(ticket)
    late = _is_detached(ticket)
    was_put_off = step.retry_until is not None
    step.state, step.message, step.finished_at = _STATES[result.state], result.message, book.now
    step.due_at = step.retry_until = None
    book.step(step)
    if ticket.run is not None and ticket.run.state == RunState.WAITING and not late:
        ticket.run.state = RunState.RUNNING
        book.run(ticket.run)
    _apply(ticket, result, book, was_put_off=was_put_off)
    _tell(ticket, f"{step.name}: {result.message}" if result.message else step.name, _SHOWN[step.state], book)
    if late:
        ticket.detached = [other for other in ticket.detached if other.pk != step.pk]
        return
    if result.next_status:
        run_of(ticket).next_status = result.next_status
        book.run(run_of(ticket))
    if step.state == StepState.ERROR and (step.stop_on_error or result.ends_run):
        _stop(ticket, book)
    elif result.ends_run:
        _skip_rest(ticket, f"{step.name} ended the run", book)


def _apply(ticket: Ticket, result: Result, book: Book, *, was_put_off: bool) -> None:
    step = _step(ticket)
    if result.changes:
        book.change(step, result.changes)
    if step.state == StepState.ERROR:
        _add_error(ticket, result.message, book)
    elif was_put_off or step.attempts > 1 or step.repeats_id:
        book.solved(step, _error_key(step))


def _stop(ticket: Ticket, book: Book) -> None:
    """StopOnError: skip the rest; the order keeps the status whose steps ran, or takes the step's ErrorStatus, unless it
    was cancelled meanwhile."""
    step, run = _step(ticket), run_of(ticket)
    _skip_rest(ticket, f"{step.name} stopped the run", book)
    run.state, run.message, run.finished_at = RunState.STOPPED, f"{step.name}: {step.message}", book.now
    book.run(run)
    book.event(Category.WORKFLOW, f"{run.title} stopped at {step.name}", run, outcome=Shown.ERROR)
    if queue.is_cancelled(ticket):
        return
    if not run.by_hand:
        queue.drop_status_runs(ticket, book)
    _keep_status(ticket)


def _skip_rest(ticket: Ticket, why: str, book: Book) -> None:
    run = run_of(ticket)
    for other in ticket.steps:
        if other.run_id == run.pk and other.state not in FINAL_STEP_STATES:
            queue.give_up(other, why, book)


def _keep_status(ticket: Ticket) -> None:
    run = run_of(ticket)
    error_status = ticket.context.config.error_status if ticket.context else ""
    with tenant_scope(run.tenant_id):
        rang = orders.keep_status(
            run.order_id, run.status, error_status=error_status, depth=run.depth + 1, only_there=run.by_hand
        )
    if rang:
        ticket.bell = NEVER_SEEN


def _tell(ticket: Ticket, message: str, shown: Shown, book: Book) -> None:
    step = _step(ticket)
    book.event(
        Category.WORKFLOW_STEP,
        message,
        run_of(ticket),
        outcome=shown,
        step_run_id=step.pk,
        step=step.name,
        order_number=ticket.number,
        duration_ms=step.duration_ms,
        connector_name=step.connector_name,
    )


def _add_error(ticket: Ticket, message: str, book: Book) -> None:
    step = _step(ticket)
    book.error(step, _error_key(step), f"{step.name}: {message}")


def _error_key(step: StepRun) -> str:
    return f"step-{step.repeats_id or step.pk}"


def _is_detached(ticket: Ticket) -> bool:
    step = _step(ticket)
    return ticket.run is None or step.run_id != ticket.run.pk or step in ticket.detached


def _step(ticket: Ticket) -> StepRun:
    if ticket.step is None:
        raise RuntimeError("no step in flight")
    return ticket.step
