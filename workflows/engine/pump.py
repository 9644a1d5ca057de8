"""The pump slice: for up to a minute, claim due orders of any tenant, drive them, make their calls, and return.

django-q2 runs `slice_task`; it carries no data. The calling thread is the process's one database thread.
"""

from __future__ import annotations

import logging
import os
import platform
import queue
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import close_old_connections

from connectors import killpoint
from connectors.traffic.sharing import shared
from tenants.scoping import platform_scope
from workflows.engine.callers import Callers, Inbox, Question
from workflows.engine.clock import DatabaseClock
from workflows.engine.doorbell import queue_slice
from workflows.engine.drive import Finished, Job
from workflows.engine.due import Bounds, any_due, dead_after
from workflows.engine.lifeline import asked_to_stop
from workflows.engine.shares import Shares
from workflows.engine.turn import AWAY, Turn, names_of
from workflows.models import Lane, Worker

log = logging.getLogger(__name__)

POLL_S = 0.05
HEARTBEAT_S = 2.0

#: With this many orders under way ended calls are gathered, for as long as the last group took and at most so long
#: (seconds): a group costs little more than one of it.
BUSY = 16
MOST_GATHERED_S = 0.03
DATABASE_PAUSE_S = 0.5

#: A slice whose slots are all taken calls for another one at most this often (seconds).
CALL_AGAIN_S = 1.0

#: While others wait, one tenant may hold at most this share of the slots.
TENANT_SHARE = 0.5

_callers: Callers | None = None


def slice_task() -> str:
    """Entry point for django-q2. Returns a short count; never raises what a provider or an order caused."""
    with platform_scope("the pump serves all tenants"):
        return Pump(_shared_callers()).run(settings.CROSSDOCK_PUMP_SLICE, settings.CROSSDOCK_PUMP_LINGER)


def _shared_callers() -> Callers:
    global _callers
    if _callers is None:
        _callers = Callers(settings.CROSSDOCK_PUMP_THREADS)
    return _callers


class Pump:
    """One slice. `held` are the claimed orders' tenants by order; `inbox` is where the calling threads put what ended, and
    `_fresh` and `_late` what of it is not recorded yet, the latter because it could not be."""

    def __init__(self, callers: Callers) -> None:
        self.id: UUID = uuid4()
        self.callers = callers
        self.inbox = Inbox()
        self.clock = DatabaseClock()
        self.held: dict[int, int] = {}
        self.shares = Shares(callers.threads)
        self.done = 0
        self._fresh: list[Finished] = []
        self._late: list[Finished] = []
        self._in_doubt = False
        self._beat_at = self._called_at = float("-inf")
        self._took = 0.0

    def run(self, seconds: float, linger: float) -> str:
        """Work until `seconds` have passed or nothing was due for `linger` seconds; then wait for calls under way."""
        end, idle_since = time.monotonic() + seconds, time.monotonic()
        self._enlist(seconds)
        while time.monotonic() < end and not asked_to_stop():
            if self._turn(claiming=True) or self.held:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > linger:
                break
        self._beat_at = float("-inf")
        while self.held or self.inbox.events:
            self._turn(claiming=False)
        self._leave()
        return f"{self.done} steps"

    def _turn(self, *, claiming: bool) -> bool:
        """One group: wait a moment for ended calls, then record them, claim, plan and commit together."""
        self._fresh += self._collect()
        try:
            self._beat(listening=claiming)
            shared().exchange_if_due()
            self._let_go_of_lost()
            return self._group(claiming=claiming)
        except AWAY as error:
            log.warning("the database is away: %s", error)
            self._in_doubt = True
            close_old_connections()
            time.sleep(DATABASE_PAUSE_S)
            return True

    def _collect(self) -> list[Finished]:
        items: list[Finished | Question] = []
        try:
            items.append(self.inbox.items.get(timeout=POLL_S))
            if len(self.held) >= BUSY:
                time.sleep(min(self._took, MOST_GATHERED_S))
            while True:
                items.append(self.inbox.items.get_nowait())
        except queue.Empty:
            pass
        for item in items:
            if isinstance(item, Question):
                item.reply()
        finished = [item for item in items if isinstance(item, Finished)]
        for item in finished:
            self.shares.ended(item.job.connector_id, item.outcomes)
        return finished

    def _group(self, *, claiming: bool) -> bool:
        finished = [*self._late, *self._fresh]
        room = self.callers.threads - len(self.held) if claiming else 0
        now = self.clock.now()
        if not (finished or self.inbox.events or (room > 0 and self._any_due(now))):
            return False
        turn = Turn(self.id, now, room, self._crowded(), self.shares, self.inbox.events)
        began = time.monotonic()
        turn.take(self._fresh, self._late)
        # From here on its calls are under way: nothing that fails may have them settled once more.
        self._fresh, self._late = [], turn.left
        left = {id(item) for item in turn.left}
        self._account([item for item in finished if id(item) not in left], turn.jobs)
        if turn.away is not None:
            raise turn.away
        self._took = time.monotonic() - began
        if room > 0 and len(self.held) >= self.callers.threads:
            self._call_for_help(now)
        return True

    def _let_go_of_lost(self) -> None:
        """Orders of a claim whose commit was not heard of: nobody has made their calls."""
        if self._in_doubt:
            Lane.objects.filter(claimed_by=self.id).exclude(pk__in=self.held).update(claimed_by=None)
            self._in_doubt = False

    def _any_due(self, now: datetime) -> bool:
        """Whether an order is due that may be driven now: not one that waits for a connector without room for it."""
        return any_due(now, Bounds(rooms=self.shares.rooms(spare=True)))

    def _call_for_help(self, now: datetime) -> None:
        """Have another process of this cluster work, too, where one is free."""
        if time.monotonic() - self._called_at < CALL_AGAIN_S:
            return
        self._called_at = time.monotonic()
        at_work = Worker.objects.filter(host=platform.node(), heartbeat_at__gt=now - dead_after())
        if at_work.count() < settings.Q_CLUSTER["workers"]:
            queue_slice()

    def _account(self, finished: Sequence[Finished], jobs: Sequence[Job]) -> None:
        self.done += len(finished)
        if killpoint.armed:
            killpoint.reached("K1", names_of(jobs))
            killpoint.reached("K4", names_of(item.job for item in finished))
        for item in finished:
            self.held.pop(item.job.ticket.order_id, None)
        for job in jobs:
            self.held[job.ticket.order_id] = job.ticket.tenant_id
            self.shares.begun(job.connector_id)
            self.callers.submit(job, self.inbox)
        if killpoint.armed:
            killpoint.reached("K5", names_of(item.job for item in finished))

    def _crowded(self) -> list[int]:
        held = Counter(self.held.values())
        most = self.callers.threads * TENANT_SHARE
        return [tenant for tenant, orders in held.items() if orders >= most]

    def _enlist(self, seconds: float) -> None:
        now = self.clock.now()
        until = now + timedelta(seconds=seconds)
        Worker.objects.create(
            id=self.id,
            host=platform.node(),
            pid=os.getpid(),
            started_at=now,
            heartbeat_at=now,
            listening_until=until,
        )
        self._beat_at = time.monotonic()

    def _beat(self, *, listening: bool) -> None:
        """A slice that claims nothing more lets others be rung for."""
        if time.monotonic() - self._beat_at < HEARTBEAT_S:
            return
        self.clock.measure()
        now = self.clock.now()
        told = {"heartbeat_at": now} if listening else {"heartbeat_at": now, "listening_until": now}
        Worker.objects.filter(id=self.id).update(**told)
        self._beat_at = time.monotonic()

    def _leave(self) -> None:
        Worker.objects.filter(id=self.id).delete()
