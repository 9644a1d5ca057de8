"""The relay: claims due deliveries of all tenants, has them called by threads without database connection, and records in
groups. Any number of relays work side by side."""

from __future__ import annotations

import logging
import queue
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections

from connectors import killpoint
from connectors.client import EgressPolicy
from connectors.egress import egress_policy
from connectors.models import EventSubscription
from connectors.subscriptions import claiming, recording
from connectors.subscriptions.errands import errands_of
from connectors.subscriptions.sending import Errand, Result, deliver
from tenants.clock import database_now
from tenants.scoping import platform_scope

log = logging.getLogger(__name__)

#: Calls under way in one process, how many of them one receiver may have at most and at first, and how many all those that
#: fail or dawdle may have together.
THREADS = 64
MOST_OF_ONE, FIRST_OF_ONE = 24, 4
MOST_OF_THE_SLOW = 24

#: A receiver that takes longer is slow, in seconds.
SLOW_S = 2.0

#: Seconds between looks at the outbox, and after the database was away.
POLL_S = 0.25
DATABASE_PAUSE_S = 1.0


class Allowance:
    """How many calls at once each receiver gets in this process: it grows with successes and shrinks to one with a failure
    or a slow answer, so that whoever dawdles holds up nobody else."""

    def __init__(self) -> None:
        self.held: Counter[int] = Counter()
        self._limits: dict[int, int] = {}

    @property
    def room(self) -> int:
        return THREADS - self.held.total()

    def left(self, subscription_id: int) -> int:
        limit = self._limits.get(subscription_id, FIRST_OF_ONE)
        left = min(limit - self.held[subscription_id], self.room)
        return min(left, MOST_OF_THE_SLOW - self._held_by_the_slow()) if limit == 1 else left

    def full(self) -> list[int]:
        return [pk for pk in self.held if self.left(pk) <= 0]

    def took(self, subscription_id: int, number: int) -> None:
        self.held[subscription_id] += number

    def ended(self, result: Result) -> None:
        pk = result.errand.receiver.id
        self.held[pk] -= 1
        if not self.held[pk]:
            del self.held[pk]
        fine = result.succeeded and result.duration_ms < SLOW_S * 1000
        limit = self._limits.get(pk, FIRST_OF_ONE)
        self._limits[pk] = min(limit * 2, MOST_OF_ONE) if fine else 1

    def _held_by_the_slow(self) -> int:
        return sum(number for pk, number in self.held.items() if self._limits.get(pk) == 1)


class Relay:
    """One process's share of the work. The thread that calls `turn` is its one database thread."""

    def __init__(self) -> None:
        self.allowance = Allowance()
        self.delivered = self.failed = 0
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._late: list[Result] = []
        self._rest_s = 0.0
        self._callers = ThreadPoolExecutor(THREADS, thread_name_prefix="delivery")

    def run(self, stops: Callable[[], bool], alive: Callable[[], None] = lambda: None) -> None:
        """Until `stops` says so; then calls under way are ended and recorded. `alive` is called every turn."""
        with platform_scope("the relay serves all tenants"):
            while not stops():
                alive()
                self.turn()
            while self.allowance.held or self._late:
                self.turn(claiming=False)
        self._callers.shutdown()

    def turn(self, *, claiming: bool = True) -> int:
        """Record what has ended, claim what there is room for; how much was claimed. Waits a moment for calls under way, and
        where the last look found nothing."""
        self._late += self._ended()
        try:
            self._record(self._late)
            self._late = []
            claimed = self._claim(database_now()) if claiming else 0
            self._rest_s = 0.0 if claimed and self.allowance.room else POLL_S
            return claimed
        except (OperationalError, InterfaceError) as error:
            log.warning("the database is away: %s", error)
            close_old_connections()
            time.sleep(DATABASE_PAUSE_S)
            return 0

    def _ended(self) -> list[Result]:
        found = []
        try:
            found.append(self._results.get(timeout=self._rest_s or None, block=self._rest_s > 0))
            while True:
                found.append(self._results.get_nowait())
        except queue.Empty:
            pass
        for result in found:
            self.allowance.ended(result)
        return found

    def _record(self, results: Sequence[Result]) -> None:
        if killpoint.armed and results:
            killpoint.reached("K3", [result.errand.receiver.url for result in results])
        _record(results, database_now())
        done = sum(result.succeeded for result in results)
        self.delivered, self.failed = self.delivered + done, self.failed + len(results) - done

    def _claim(self, now: datetime) -> int:
        if self.allowance.room <= 0:
            return 0
        waiting = claiming.waiting_subscriptions(now, self.allowance.full())
        random.shuffle(waiting)
        return sum(self._take(subscription, now) for subscription in waiting)

    def _take(self, subscription: EventSubscription, now: datetime) -> int:
        room = self.allowance.left(subscription.pk)
        rows = claiming.claim(subscription, room, now) if room > 0 else []
        if not rows:
            return 0
        errands = errands_of(subscription, rows, now)
        there = {errand.delivery_id for errand in errands}
        recording.give_up((row for row in rows if row.pk not in there), "Its event is no longer kept.")
        self.allowance.took(subscription.pk, len(errands))
        policy = egress_policy()
        for errand in errands:
            self._callers.submit(self._call, errand, policy)
        return len(rows)

    def _call(self, errand: Errand, policy: EgressPolicy) -> None:
        self._results.put(_never_raising(errand, policy))


def _record(results: Sequence[Result], now: datetime) -> None:
    """What cannot be written down together is written one by one, in the end without what was sent and answered: one
    receiver's strange answer must not take the results of all others with it. A result that cannot be written even so
    is in the log; its delivery comes due again with the same id."""
    try:
        recording.record(results, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the ends of %d deliveries cannot be written down as they are", len(results))
        if len(results) > 1:
            for result in results:
                _record([result], now)
        elif results[0].request or results[0].response:
            _record([replace(results[0], request=None, response=None)], now)


def _never_raising(errand: Errand, policy: EgressPolicy) -> Result:
    if killpoint.armed:
        killpoint.calling(errand.receiver.url)
    try:
        return deliver(errand, policy)
    except Exception:
        log.exception("message %s cannot be delivered", errand.message_id)
        error = "Internal error while sending; the log has the details"
        return Result(errand=errand, at=datetime.now().astimezone(), duration_ms=0, error=error)


def work_off(seconds: float = 30.0) -> Relay:
    """Deliver what is due now, in this process: for tests and tools. Returns the relay with its counts."""
    relay, end = Relay(), time.monotonic() + seconds
    with platform_scope("the relay serves all tenants"):
        while time.monotonic() < end and (relay.turn() or relay.allowance.held):
            pass
    relay.run(lambda: True)
    return relay
