"""A slice of the scheduled tasks' work: for most of a minute, claim due runs of any tenant and take them leg by leg.

django-q2 runs `run_task`; it carries no data. The calling thread is the slice's one database thread; calls are made by
threads that own no database connection. A run that is not done when the slice ends is left due at its cursor.
"""

from __future__ import annotations

import logging
import queue
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, transaction

from connectors.calls import Outcome, Prepared, perform
from connectors.client import Ports
from connectors.traffic.sharing import shared
from tenants.scoping import platform_scope
from workflows.engine.callers import Inbox, Question
from workflows.engine.clock import DatabaseClock
from workflows.engine.events import store_events
from workflows.engine.lifeline import asked_to_stop, only_one_here
from workflows.schedules import claim, legs, ticker
from workflows.schedules.legs import Ticket

log = logging.getLogger(__name__)

_T = TypeVar("_T")

#: Seconds in which a slice begins legs; with the longest call (60 s) it ends well before django-q2's timeout. Where one
#: process does everything, orders are not kept waiting for longer than a few seconds.
SLICE_S, SLICE_ALONE_S = 40.0, 5.0
#: Seconds after the end in which what calls brought has to be stored; a run that cannot be is taken over, and parked in
#: the end.
LEFT_AFTER_S = 80.0

#: Runs that one slice carries on at the same time, and how many of them one tenant may have while others wait.
AT_ONCE, AT_ONCE_OF_A_TENANT = 8, 4

#: Tries of one transaction that lost a fight over locks.
TRIES = 3

_POLL_S, _CLAIM_S, _HEARTBEAT_S, _PAUSE_S = 0.05, 0.5, 2.0, 0.5


def run_task() -> str:
    """Entry point for django-q2. One slice at a time in each worker, so that its other processes serve orders."""
    alone = settings.Q_CLUSTER["workers"] == 1
    with only_one_here() as mine, platform_scope("scheduled tasks of all tenants"):
        if not mine:
            return "another slice is at it"
        done = Slice().run(SLICE_ALONE_S if alone else SLICE_S)
    # After the lock is gone: a slice that was rung for while it was held has left again.
    ticker.ring_for_due()
    return done


@cache
def _callers() -> ThreadPoolExecutor:
    """One pool for the process, kept over slices so that HTTP connections stay warm."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="task")


@dataclass(slots=True)
class _Answered:
    ticket: Ticket
    outcome: Outcome


class Slice:
    """`held` are the claimed runs by id; those among them with a call on the wire are in `calling`."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.inbox = Inbox()
        self.clock = DatabaseClock()
        self.held: dict[int, Ticket] = {}
        self.calling: set[int] = set()
        self.legs = 0
        self._beat_at = self._claimed_at = float("-inf")

    def run(self, seconds: float) -> str:
        """Work until `seconds` have passed or nothing is due; then wait for calls under way and leave the rest due."""
        end = time.monotonic() + seconds
        while self._turn(time.monotonic() < end and not asked_to_stop()):
            if time.monotonic() > end + LEFT_AFTER_S:
                log.error(
                    "%d runs cannot be stored and are left to another worker, and %d events are lost",
                    len(self.held),
                    len(self.inbox.events),
                )
                break
        return f"{self.legs} legs"

    def _turn(self, going_on: bool) -> bool:
        """One round over what is held; False when there is nothing left to hold or to tell."""
        try:
            self._beat()
            shared().exchange_if_due()
            self._record_events()
            if going_on:
                self._claim()
            for ticket in list(self.held.values()):
                if ticket.run_id not in self.calling:
                    # Behind the others first: a run that cannot be stored must not keep its place in front of them.
                    self.held[ticket.run_id] = self.held.pop(ticket.run_id)
                    self._beat()
                    self._step(ticket, going_on)
            self._wait()
        except (OperationalError, InterfaceError) as error:
            log.warning("the database is away: %s", error)
            close_old_connections()
            time.sleep(_PAUSE_S)
        return bool(self.held or self.inbox.events)

    def _claim(self) -> None:
        if self.held and time.monotonic() - self._claimed_at < _CLAIM_S:
            return
        self._claimed_at = time.monotonic()
        room, now = AT_ONCE - len(self.held), self.clock.now()
        in_hand = Counter(ticket.tenant_id for ticket in self.held.values())
        chosen = claim.choose(now, in_hand, room, AT_ONCE_OF_A_TENANT) if room else []
        if not chosen:
            return
        with transaction.atomic():
            found = claim.claim(self.id, chosen, now)
        self.held |= {run.pk: Ticket(run.pk, run.tenant_id, self.id, run.fence) for run in found}

    def _step(self, ticket: Ticket, going_on: bool) -> None:
        """Store what a call brought, then begin the next leg, or let the run go when the slice ends."""
        prepared = None
        if ticket.outcome is not None:
            _undisturbed(legs.store, ticket, self.clock.now())
            self.legs += 1
        if not ticket.over and going_on:
            prepared = _undisturbed(legs.plan, ticket, self.clock.now())
        elif not ticket.over:
            _undisturbed(legs.let_go, ticket, self.clock.now())
        if ticket.over:
            del self.held[ticket.run_id]
        if prepared is not None:
            self.calling.add(ticket.run_id)
            _callers().submit(self._call, ticket, prepared, self.inbox.ports)

    def _call(self, ticket: Ticket, prepared: Prepared, ports: Ports) -> None:
        self.inbox.items.put(_Answered(ticket, perform(prepared, ports)))

    def _wait(self) -> None:
        """Take in what the callers have, and wait a moment for it when there is nothing else to do."""
        idle = len(self.calling) == len(self.held) > 0
        try:
            self._take(self.inbox.items.get(block=idle, timeout=_POLL_S))
            while True:
                self._take(self.inbox.items.get_nowait())
        except queue.Empty:
            pass

    def _take(self, item: Any) -> None:
        if isinstance(item, Question):
            item.reply()
        elif isinstance(item, _Answered):
            item.ticket.outcome = item.outcome
            self.calling.discard(item.ticket.run_id)

    def _record_events(self) -> None:
        events = list(self.inbox.events)
        store_events(events)
        for _ in events:
            self.inbox.events.popleft()

    def _beat(self) -> None:
        if self.held and time.monotonic() - self._beat_at >= _HEARTBEAT_S:
            self.clock.measure()
            claim.beat(self.id, self.held, self.clock.now())
            self._beat_at = time.monotonic()


def work_off(seconds: float = SLICE_S) -> str:
    """Carry out what is due now, in this process and without the queue: for the demo and tests."""
    ticker.tick()
    with platform_scope("scheduled tasks of all tenants"):
        return Slice().run(seconds)


def _undisturbed(act: Callable[..., _T], *arguments: Any) -> _T:
    """Once more where a transaction lost a fight over locks: it is undone whole. Raises OperationalError."""
    for _ in range(TRIES - 1):
        try:
            return act(*arguments)
        except OperationalError as error:
            log.info("a transaction is repeated: %s", error)
    return act(*arguments)
