"""What a claimed order has to do: its open runs in order, which of them are superseded, and its detached retries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F, Q, QuerySet

from connectors.effects import is_in_doubt
from eventlog.events import Category
from tenants.kept import Kept
from workflows.engine.book import Book
from workflows.engine.claim import Ticket
from workflows.models import FINAL_STEP_STATES, OPEN_RUN_STATES, RunState, StepRun, StepState, WorkflowRun
from workflows.origins import origin_of


def load(tickets: Sequence[Ticket], book: Book) -> None:
    """Fill freshly claimed tickets: `run` with `steps`, the `queue` behind it, and `detached` retries."""
    runs, steps = _rows([ticket.order_id for ticket in tickets])
    for ticket in tickets:
        mine = steps[ticket.order_id]
        queue = runs[ticket.order_id]
        supersede(queue, mine, book)
        open_ids = {run.pk for run in queue}
        ticket.queue = queue
        ticket.steps = [step for step in mine if step.run_id in open_ids]
        ticket.detached = [step for step in mine if is_detached(step, open_ids)]
        next_run(ticket, book)


def reload(ticket: Ticket, step_id: int) -> bool:
    """Read a ticket's rows again after a transaction that failed left its memory ahead of the database. False when that one
    was committed without our hearing of it: the step is no longer under way, what came of it is written down."""
    runs, steps = _rows([ticket.order_id])
    queue, mine = runs[ticket.order_id], steps[ticket.order_id]
    open_ids = {run.pk for run in queue}
    ticket.steps = [step for step in mine if step.run_id in open_ids]
    ticket.detached = [step for step in mine if is_detached(step, open_ids)]
    ticket.step = next((step for step in mine if step.pk == step_id), None)
    ticket.run = _begun(queue, ticket.step)
    ticket.queue = [run for run in queue if run is not ticket.run]
    return ticket.step is not None and ticket.step.state == StepState.RUNNING


def join(ticket: Ticket, book: Book) -> None:
    """Take in the runs that were asked for since the order was claimed, and leave retries that one of them has taken up.
    Nothing of the ticket may be unwritten yet."""
    runs, steps = _rows([ticket.order_id])
    known = {run.pk for run in (ticket.run, *ticket.queue) if run is not None}
    later = [run for run in runs[ticket.order_id] if run.pk not in known]
    news = {run.pk for run in later}
    ticket.queue += later
    mine = steps[ticket.order_id]
    ticket.steps += [step for step in mine if step.run_id in news]
    waiting = {step.pk for step in mine if step.due_at is not None}
    ticket.detached = [step for step in ticket.detached if step.pk in waiting]
    supersede(ticket.queue, ticket.steps, book)


def next_run(ticket: Ticket, book: Book) -> None:
    """Make the oldest open run the ticket's run; a cancelling one calls off what older runs would still retry."""
    _begin(ticket, ticket.queue.pop(0) if ticket.queue else None, book)


def let_pass(ticket: Ticket, book: Book) -> bool:
    """Let an act by hand go ahead of the ticket's run, which only waits to be tried again. False when there is none."""
    found = next((run for run in ticket.queue if run.by_hand and _can_go(run, ticket, book)), None)
    if found is None or ticket.run is None:
        return False
    ticket.queue.remove(found)
    ticket.queue.insert(0, ticket.run)
    _begin(ticket, found, book)
    return True


def drop_status_runs(ticket: Ticket, book: Book) -> None:
    """A run has stopped: the later ones of other statuses are not begun; acts by hand are."""
    for later in ticket.queue:
        if not later.by_hand:
            end_superseded(later, ticket.steps, book)
    ticket.queue = [run for run in ticket.queue if run.by_hand]


def _begin(ticket: Ticket, run: WorkflowRun | None, book: Book) -> None:
    ticket.run = run
    if run is None or run.state != RunState.QUEUED:
        return
    run.state, run.started_at = RunState.RUNNING, book.now
    book.run(run)
    book.event(Category.WORKFLOW, f"{run.title} started", run)
    if run.cancels:
        call_off(ticket.detached, book)


def _can_go(run: WorkflowRun, ticket: Ticket, book: Book) -> bool:
    if run.state != RunState.WAITING:
        return True
    mine = (step for step in ticket.steps if step.run_id == run.pk and step.state == StepState.WAITING)
    return any(step.due_at is not None and step.due_at <= book.now for step in mine)


def _begun(queue: Sequence[WorkflowRun], step: StepRun | None) -> WorkflowRun | None:
    """The run of the step in flight; where that is a detached retry, the first run if it has begun."""
    own = next((run for run in queue if step is not None and run.pk == step.run_id), None)
    return own or (queue[0] if queue and queue[0].state != RunState.QUEUED else None)


def supersede(queue: list[WorkflowRun], steps: Sequence[StepRun], book: Book) -> None:
    """Take out of the queue what a later status change has overtaken: a waiting run always, others by a cancel. None of
    them is in a worker's hands: one that is running is between two steps, or its worker died."""
    overtaken = [run for place, run in enumerate(queue, start=1) if _is_overtaken(run, queue[place:])]
    for run in overtaken:
        queue.remove(run)
        end_superseded(run, steps, book)


def _is_overtaken(run: WorkflowRun, later: Sequence[WorkflowRun]) -> bool:
    cancelled = any(other.cancels for other in later)
    moved_on = cancelled or any(not other.by_hand for other in later)
    heeds_cancels = run.state == RunState.QUEUED or not run.by_hand
    return (moved_on and run.state == RunState.WAITING) or (cancelled and heeds_cancels)


def is_cancelled(ticket: Ticket) -> bool:
    """Whether a cancelling run waits behind the ticket's run, which an act by hand never heeds."""
    run = ticket.run
    return run is not None and not run.by_hand and any(later.cancels for later in ticket.queue)


def end_superseded(run: WorkflowRun, steps: Sequence[StepRun], book: Book) -> None:
    """End a run that a later status change overtook; what may have been executed is still found out."""
    run.state, run.finished_at = RunState.SUPERSEDED, book.now
    run.message = "A later status change took its place"
    book.run(run)
    book.event(Category.WORKFLOW, f"{run.title} superseded", run)
    for step in steps:
        if step.run_id == run.pk and step.state not in FINAL_STEP_STATES:
            give_up(step, "The run was superseded", book)


def give_up(step: StepRun, why: str, book: Book) -> None:
    """End a step of a run that ends before it has. One that goes on with an earlier one's act has ended the retries of that:
    what that may have executed is found out here."""
    if step.attempts or (step.act_id and is_in_doubt(origin_of(step.act_id))):
        step.state, step.message = StepState.ERROR, step.message or why
        call_off([step], book)
    else:
        step.state, step.message = StepState.SKIPPED, why
        step.due_at = step.retry_until = None
    book.step(step)


def call_off(steps: Sequence[StepRun], book: Book) -> None:
    """Retries that are no longer wanted: only whether an earlier try was executed is still asked, at once."""
    for step in steps:
        step.settle_only, step.due_at = True, book.now
        book.step(step)


def is_detached(step: StepRun, open_runs: set[int]) -> bool:
    """A step that ended in Error or was postponed, or whose run is over, and that is still to be tried."""
    apart = step.state in (StepState.ERROR, StepState.POSTPONED)
    return step.due_at is not None and (apart or step.run_id not in open_runs)


def open_runs(order_ids: Sequence[int]) -> list[WorkflowRun]:
    """The orders' runs that have not ended, oldest first, each with its order's number."""
    return _open_runs(list(order_ids))


def _rows(order_ids: list[int]) -> tuple[dict[int, list[WorkflowRun]], dict[int, list[StepRun]]]:
    runs: dict[int, list[WorkflowRun]] = defaultdict(list)
    known: dict[int, WorkflowRun] = {}
    for run in open_runs(order_ids):
        runs[run.order_id].append(run)
        known[run.pk] = run
    found = _steps(list(known), order_ids)
    ended = {step.run_id for step in found} - known.keys()
    known |= {run.pk: run for run in _with_number().filter(pk__in=ended)} if ended else {}
    steps: dict[int, list[StepRun]] = defaultdict(list)
    for step in found:
        step.run = known[step.run_id]
        steps[step.order_id].append(step)
    return runs, steps


def _with_number() -> QuerySet[WorkflowRun]:
    return WorkflowRun.objects.annotate(order_number=F("order__number"))


_open_runs = Kept(
    lambda ids: _with_number().filter(order_id__in=ids, state__in=OPEN_RUN_STATES).order_by("id")
)
_steps = Kept(
    lambda run_ids, order_ids: StepRun.objects.filter(
        Q(run_id__in=run_ids) | Q(order_id__in=order_ids, due_at__isnull=False)
    ).order_by("run_id", "position", "id")
)
