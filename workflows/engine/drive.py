"""Taking claimed orders through their steps: settle what came back, decide what is next, open the effects of the next calls.

Everything here happens in one database transaction of the worker's database thread and never touches the network.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from connectors.calls import CallSpec, Outcome, Prepared
from connectors.contracts.common import OrderDocument
from connectors.effects import Busy, Done, close_effects, drop_effects, open_effects
from workflows.documents import order_documents
from workflows.engine import conclude, plan, queue
from workflows.engine.book import Book
from workflows.engine.claim import Ticket
from workflows.engine.policy import DEATHS_ALLOWED
from workflows.engine.shares import Shares, share_of
from workflows.models import FINAL_STEP_STATES, Lane, StepRun, StepState
from workflows.steps.base import Plan, Result, StepContext

#: Within so many seconds the steps of dead workers are tried a last time, each at a moment of its own.
APART_S = 5.0

#: Another act on the same payment or parcel is under way; look again after this many seconds.
BUSY_WAIT_S = 5.0


@dataclass(slots=True)
class Job:
    """Calls of one step, to be made in this order by one thread. `step_id` and `context` outlive a rolled back ticket."""

    ticket: Ticket
    calls: list[Prepared]
    step_id: int
    context: StepContext

    @property
    def connector_id(self) -> int:
        return share_of(self.calls[0].spec.connector)


@dataclass(slots=True)
class Finished:
    job: Job
    outcomes: list[Outcome] = field(default_factory=list)


class Driver:
    """One transaction's work. `lanes` are the locked lanes that are still ours, by order id; `shares` holds calls back
    of connectors that have their share of the slots."""

    def __init__(self, worker: UUID, book: Book, lanes: dict[int, Lane], shares: Shares) -> None:
        self.worker = worker
        self.book = book
        self.lanes = lanes
        self.shares = shares

    def settle(self, finished: Sequence[Finished]) -> None:
        """Record what came back and apply it to orders and ledgers. Lost lanes are left to their new holder."""
        close_effects([outcome for item in finished for outcome in item.outcomes])
        for item in finished:
            ticket = item.job.ticket
            if self.lanes[ticket.order_id].bell != ticket.bell:
                queue.join(ticket, self.book)
            conclude.settle(ticket, item.outcomes, self.book)
            self._heed_cancel(ticket)
        self.book.apply_changes()

    def advance(self, tickets: Sequence[Ticket]) -> list[Job]:
        """Go on with each ticket until it has calls to make, or give its lane back."""
        jobs: list[Job] = []
        todo = list(tickets)
        while todo:
            ready = [ticket for ticket in todo if self._take_step(ticket)]
            planned = self._plan(ready)
            todo = [ticket for ticket, outline in planned if not outline.calls]
            more, waiting = self._open(
                [(ticket, outline.calls) for ticket, outline in planned if outline.calls]
            )
            jobs += more
            todo += waiting
            self.book.apply_changes()
        return jobs

    def _heed_cancel(self, ticket: Ticket) -> None:
        """A cancellation that came in while a step was under way ends the run at this step's boundary."""
        if ticket.run is not None and queue.is_cancelled(ticket):
            queue.end_superseded(ticket.run, ticket.steps, self.book)
            ticket.run = None

    def _take_step(self, ticket: Ticket) -> bool:
        """Put the next step in the ticket; False when the lane has been given back."""
        ticket.step, ticket.waits_for = self._next_step(ticket), None
        if ticket.step is None:
            self.book.release(ticket, self.lanes[ticket.order_id])
            return False
        return True

    def _next_step(self, ticket: Ticket) -> StepRun | None:
        urgent = self._due(ticket.detached, settle_only=True)
        if urgent:
            return urgent
        while ticket.run is not None:
            step = next((step for step in ticket.steps if self._is_open(step, ticket)), None)
            if step is None:
                conclude.finish_run(ticket, self.book)
                queue.next_run(ticket, self.book)
                continue
            if step.state != StepState.WAITING or self._is_due(step):
                return step
            if not queue.let_pass(ticket, self.book):
                break
        return self._due(ticket.detached, settle_only=False)

    def _is_open(self, step: StepRun, ticket: Ticket) -> bool:
        return ticket.run is not None and step.run_id == ticket.run.pk and step.state not in FINAL_STEP_STATES

    def _is_due(self, step: StepRun) -> bool:
        return step.due_at is not None and step.due_at <= self.book.now

    def _due(self, steps: Sequence[StepRun], *, settle_only: bool) -> StepRun | None:
        return next((step for step in steps if step.settle_only >= settle_only and self._is_due(step)), None)

    def _plan(self, tickets: Sequence[Ticket]) -> list[tuple[Ticket, Plan]]:
        documents = order_documents([ticket.order_id for ticket in tickets]) if tickets else {}
        planned = []
        for ticket in tickets:
            before = plan.before(_current(ticket))
            outline = self._plan_one(ticket, documents[ticket.order_id])
            if not self._put_off(ticket, outline, before):
                planned.append((ticket, outline))
        return planned

    def _put_off(self, ticket: Ticket, outline: Plan, before: plan.Before) -> bool:
        """Give the lane back where the connector of its call has its share of the slots; no try is used up."""
        if not outline.calls:
            return False
        wanted = share_of(outline.calls[0].connector)
        if self.shares.take(wanted):
            return False
        ticket.waits_for = wanted
        plan.take_back(_current(ticket), before)
        self.book.release(ticket, self.lanes[ticket.order_id])
        return True

    def _plan_one(self, ticket: Ticket, document: OrderDocument) -> Plan:
        step = _current(ticket)
        if plan.count_death(ticket) and step.deaths == DEATHS_ALLOWED - 1:
            # Its last try is made apart from the others, so that whichever kills workers ends up alone.
            told = Result.error(f"Its worker died {step.deaths} times while it ran")
            conclude.try_again(ticket, told, self.book, random.uniform(0.5, APART_S))  # noqa: S311
            return Plan()
        outline = plan.plan_step(ticket, document, self.book)
        if outline.result is not None:
            conclude.conclude(ticket, outline.result, [], self.book)
        elif not outline.calls:
            conclude.conclude(ticket, Result.success(), [], self.book)
        return outline

    def _open(self, planned: Sequence[tuple[Ticket, Sequence[CallSpec]]]) -> tuple[list[Job], list[Ticket]]:
        """Commit-to-be effects of all planned calls in one go. Returns jobs, and tickets that have nothing to call."""
        if not planned:
            return [], []
        specs = [
            (spec, plan.call_context(ticket), plan.origin(ticket))
            for ticket, calls in planned
            for spec in calls
        ]
        opened = iter(open_effects(specs, owner=str(self.worker)))
        jobs, rest = [], []
        for ticket, calls in planned:
            job = self._job(ticket, [next(opened) for _ in calls])
            if job:
                jobs.append(job)
            else:
                rest.append(ticket)
        return jobs, rest

    def _job(self, ticket: Ticket, opened: list[Prepared | Done | Busy]) -> Job | None:
        step = _current(ticket)
        prepared = [item for item in opened if isinstance(item, Prepared)]
        calls = plan.wanted(prepared, settle_only=step.settle_only)
        if len(calls) < len(prepared):
            drop_effects([item for item in prepared if not item.uncertain])
        if calls:
            return Job(ticket, calls, step.pk, ticket.context)
        if any(isinstance(item, Busy) for item in opened):
            conclude.try_again(
                ticket, Result.error("Another act on the same object is under way"), self.book, BUSY_WAIT_S
            )
        elif any(isinstance(item, Prepared) for item in opened):
            conclude.conclude(
                ticket, Result.error("Not carried out: a later status change took its place"), [], self.book
            )
        else:
            conclude.conclude(ticket, plan.done_before(ticket), [], self.book)
        return None


def _current(ticket: Ticket) -> StepRun:
    if ticket.step is None:
        raise RuntimeError(f"the ticket of order {ticket.order_id} has no step in flight")
    return ticket.step
