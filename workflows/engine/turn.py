"""One turn of the pump: a transaction over a group of orders. If one order's data breaks it, the others go on alone."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from connectors import killpoint
from eventlog.events import Category, EventData
from eventlog.events import Outcome as Shown
from eventlog.store import record_many
from tenants.scoping import tenant_scope
from workflows import orders
from workflows.engine.book import Book
from workflows.engine.claim import Ticket, claim, still_held
from workflows.engine.drive import Driver, Finished, Job
from workflows.engine.due import Bounds, any_due
from workflows.engine.queue import load, open_runs, reload
from workflows.engine.shares import Shares
from workflows.models import FINAL_STEP_STATES, Lane, RunState, StepRun, StepState
from workflows.problems import OrderBusy

log = logging.getLogger(__name__)

#: What passes by itself: the database is away, or somebody holds an order's row.
AWAY = (OperationalError, InterfaceError, OrderBusy)


@dataclass(slots=True)
class Turn:
    """`room` is how many more orders may be claimed; `crowded` are tenants that hold their share already, `shares` tells
    of connectors.

    `events` are those of calls, also of calls still under way; they leave the queue as soon as they are stored. `left` is
    what could not be settled for now.
    """

    worker: UUID
    now: datetime
    room: int
    crowded: Sequence[int]
    shares: Shares
    events: deque[EventData] = field(default_factory=deque)
    claimed: list[Ticket] = field(default_factory=list)
    left: Sequence[Finished] = ()
    _waited: bool | None = None

    def take(self, finished: Sequence[Finished], *, again: bool) -> list[Job]:
        """Settle, claim, plan and commit. `again` tells that a rolled back transaction has touched these tickets."""
        self.shares.begin_turn(self._others_wait)
        try:
            return self._commit(finished, again=again)
        except AWAY:
            raise
        except Exception:
            log.exception(
                "a group of %d orders could not be driven together", len(finished) + len(self.claimed)
            )
        self.shares.begin_turn(self._others_wait)
        self._store_events()
        return self._one_by_one(finished)

    def _commit(self, finished: Sequence[Finished], *, again: bool) -> list[Job]:
        self.claimed, self._waited = [], None
        events = list(self.events)
        with transaction.atomic():
            lanes = still_held(self.worker, [item.job.ticket for item in finished]) if finished else {}
            kept = [item for item in finished if item.job.ticket.order_id in lanes]
            self._claim(lanes)
            book = Book(self.now)
            driver = Driver(self.worker, book, lanes, self.shares)
            for item in kept if again else ():
                reload(item.job.ticket, item.job.step_id)
                item.job.ticket.context = item.job.context
            driver.settle(kept)
            load(self.claimed, book)
            jobs = driver.advance(self._in_line([item.job.ticket for item in kept]))
            book.events[:0] = events
            book.flush()
            if killpoint.armed:
                killpoint.reached("K0", names_of(jobs))
                killpoint.reached("K6", names_of(item.job for item in kept))
        self._drop(events)
        return jobs

    def _store_events(self) -> None:
        """What calls told is kept, whatever becomes of the orders."""
        events = list(self.events)
        if not _stored(events):
            for event in events:
                _stored([event])
        self._drop(events)

    def _drop(self, events: Sequence[EventData]) -> None:
        for _ in events:
            self.events.popleft()

    def _claim(self, lanes: dict[int, Lane]) -> None:
        """Claim within the shares of tenants and connectors first, then for crowded tenants; what is left of the room goes
        to connectors beyond their share."""
        found: list[Lane] = []
        rooms = self.shares.rooms()
        if self.crowded:
            found += self._claim_within(Bounds(tuple(self.crowded), rooms), lanes)
        found += self._claim_within(Bounds(rooms=rooms).less(found), lanes)
        if len(self.claimed) == self.room:
            return
        self._waited = False
        if rooms:
            self._claim_within(Bounds(rooms=self.shares.rooms(spare=True)).less(found), lanes)

    def _claim_within(self, bounds: Bounds, lanes: dict[int, Lane]) -> list[Lane]:
        room = self.room - len(self.claimed)
        found = claim(self.worker, room, self.now, bounds) if room > 0 else []
        self.claimed += [ticket for ticket, _ in found]
        lanes.update({lane.pk: lane for _, lane in found})
        return [lane for _, lane in found]

    def _others_wait(self) -> bool:
        """Whether more orders are due within their connectors' shares, once all there was room for are claimed."""
        if self._waited is None:
            self._waited = any_due(self.now, Bounds(rooms=self.shares.rooms()))
        return self._waited

    def _in_line(self, kept: list[Ticket]) -> list[Ticket]:
        """Orders that waited for a connector come before those that go on to it, and these before new ones."""
        waited = [ticket for ticket in self.claimed if ticket.waits_for is not None]
        return waited + kept + [ticket for ticket in self.claimed if ticket.waits_for is None]

    def _one_by_one(self, finished: Sequence[Finished]) -> list[Job]:
        """Jobs that are committed are made, also when the database goes away from the orders after them."""
        jobs: list[Job] = []
        singles = Turn(self.worker, self.now, 0, self.crowded, self.shares)
        self.left = finished
        try:
            for item in finished:
                jobs += singles._alone([item], item.job.ticket)
                self.left = self.left[1:]
            for ticket in self.claimed:
                jobs += Turn(self.worker, self.now, 1, self.crowded, self.shares)._alone([], ticket)
        except AWAY as error:
            log.warning("the database went away from a group of orders: %s", error)
        return jobs

    def _alone(self, finished: Sequence[Finished], ticket: Ticket) -> list[Job]:
        try:
            return self._commit(finished, again=True)
        except AWAY:
            raise
        except Exception:
            log.exception("order %d cannot be driven; its run is stopped for a person", ticket.order_id)
        park(self.claimed[0] if self.claimed else ticket, self.now)
        return []


def _stored(events: Sequence[EventData]) -> bool:
    """One that cannot be stored is left out in the end: it must not take the answers of all other calls with it."""
    try:
        with transaction.atomic():
            record_many(events)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("%d events of calls could not be stored", len(events))
        return False
    return True


def names_of(jobs: Iterable[Job]) -> list[str]:
    return [job.context.config.name for job in jobs]


def park(ticket: Ticket, now: datetime) -> None:
    """Stop an order's open runs after an internal error and leave its lane without a due time: a person decides."""
    with transaction.atomic(), tenant_scope(ticket.tenant_id):
        lane = Lane.objects.select_for_update().get(pk=ticket.order_id)
        lane.due_at = lane.claimed_by = None
        lane.save(update_fields=["due_at", "claimed_by"])
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
