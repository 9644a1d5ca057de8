"""One turn of the pump: a transaction over a group of orders. If one order's data breaks it, the others go on alone."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from connectors import killpoint
from eventlog.events import EventData
from workflows.engine.book import Book
from workflows.engine.claim import Ticket, claim, still_held
from workflows.engine.drive import Driver, Finished, Job
from workflows.engine.due import Bounds, any_due
from workflows.engine.events import store_events
from workflows.engine.parking import park
from workflows.engine.queue import load, reload
from workflows.engine.shares import Shares
from workflows.models import Lane
from workflows.problems import OrderBusy, is_busy

log = logging.getLogger(__name__)

#: What passes by itself: the database is away, or somebody holds an order's row.
AWAY = (OperationalError, InterfaceError, OrderBusy)

#: How long a group waits for a row that somebody holds, and an order that is driven alone (milliseconds).
GROUP_WAITS_MS, ALONE_WAITS_MS = 1_000, 20
#: An order whose row is held when it is claimed is looked at again after this time (seconds).
LOOK_AGAIN_S = 5.0


@dataclass(slots=True)
class Turn:
    """`room` is how many more orders may be claimed; `crowded` are tenants that hold their share already, `shares` tells
    of connectors.

    `events` are those of calls, also of calls still under way; they leave the queue as soon as they are stored. What came
    of `take`: `jobs` are committed and to be made in any case, `left` could not be settled for now, `away` is why all that
    follows has to wait.
    """

    worker: UUID
    now: datetime
    room: int
    crowded: Sequence[int]
    shares: Shares
    events: deque[EventData] = field(default_factory=deque)
    claimed: list[Ticket] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    left: list[Finished] = field(default_factory=list)
    away: Exception | None = None
    _waited: bool | None = None

    def take(self, finished: Sequence[Finished], late: Sequence[Finished] = ()) -> None:
        """Settle, claim, plan and commit. `late` were left before: each goes by itself, so that one whose row is held for
        long holds up nobody else."""
        self.left = [*late, *finished]
        self.shares.begin_turn(self._others_wait)
        try:
            self._each(late)
            self._together(finished)
        except AWAY as error:
            self.away = error

    def _together(self, finished: Sequence[Finished]) -> None:
        try:
            self.jobs += self._commit(finished, GROUP_WAITS_MS)
            self.left = self.left[: len(self.left) - len(finished)]
            return
        except AWAY as error:
            if not is_busy(error):
                raise
            log.info("somebody holds an order of a group; each goes by itself: %s", error)
        except Exception:
            log.exception(
                "a group of %d orders could not be driven together", len(finished) + len(self.claimed)
            )
        self.shares.begin_turn(self._others_wait)
        self._store_events()
        claimed = self.claimed
        self._each(finished)
        for ticket in claimed:
            self._claim_one(ticket)

    def _each(self, finished: Sequence[Finished]) -> None:
        alone = Turn(self.worker, self.now, 0, self.crowded, self.shares)
        for item in finished:
            try:
                self.jobs += alone._alone([item], item.job.ticket)
            except AWAY as error:
                if not is_busy(error):
                    raise
            else:
                self.left = [other for other in self.left if other is not item]

    def _claim_one(self, ticket: Ticket) -> None:
        """Claim one order, whichever is due first; `ticket` is one of a group that broke."""
        alone = Turn(self.worker, self.now, 1, self.crowded, self.shares)
        try:
            self.jobs += alone._alone([], ticket)
        except AWAY as error:
            if not is_busy(error):
                raise
            later = self.now + timedelta(seconds=LOOK_AGAIN_S)
            held = [other.order_id for other in alone.claimed]
            Lane.objects.filter(pk__in=held, due_at__lte=self.now).update(due_at=later)

    def _commit(self, finished: Sequence[Finished], waits_ms: int, *, again: bool = False) -> list[Job]:
        """`again` tells that a rolled back transaction may have touched these tickets."""
        self.claimed, self._waited = [], None
        events = list(self.events)
        with transaction.atomic():
            _wait_at_most(waits_ms)
            lanes = still_held(self.worker, [item.job.ticket for item in finished]) if finished else {}
            kept = [item for item in finished if item.job.ticket.order_id in lanes]
            self._claim(lanes)
            book = Book(self.now)
            driver = Driver(self.worker, book, lanes, self.shares)
            recorded = {id(item) for item in kept if again and not _is_under_way(item)}
            driver.settle([item for item in kept if id(item) not in recorded])
            load([*self.claimed, *(item.job.ticket for item in kept if id(item) in recorded)], book)
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
        store_events(events)
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

    def _alone(self, finished: Sequence[Finished], ticket: Ticket) -> list[Job]:
        try:
            return self._commit(finished, ALONE_WAITS_MS, again=True)
        except AWAY:
            raise
        except Exception:
            log.exception("order %d cannot be driven; its run is stopped for a person", ticket.order_id)
        broken = self.claimed[0] if self.claimed else ticket
        # Claiming it was rolled back, too.
        park(broken, self.now, fence=broken.fence if finished else broken.fence - 1)
        return []


def _is_under_way(item: Finished) -> bool:
    """As it is written down: not when a transaction that was not heard of has recorded it."""
    item.job.ticket.context = item.job.context
    return reload(item.job.ticket, item.job.step_id)


def _wait_at_most(milliseconds: int) -> None:
    """For locks, in this transaction. SQLite has one writer at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")


def names_of(jobs: Iterable[Job]) -> list[str]:
    return [job.context.config.name for job in jobs]
