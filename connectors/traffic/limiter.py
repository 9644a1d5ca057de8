"""Spaces the calls to one account of a vendor evenly, the important ones first, and stops them while it says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from connectors.traffic.ranks import Rank

#: What a rank leaves of the quota for those below it, so that nobody starves.
_LEFT_OVER = 0.05

#: Idle time (seconds) that may be made up for by a burst.
_BURST_S = 1.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment in the future at which a call may be sent; `pushed` is how often its rank had been put back by then."""

    at: float
    rank: Rank
    pushed: int


class Queue:
    """When the next slot of each rank is free; a higher rank takes its slot from the lower ones. Intervals in seconds."""

    __slots__ = ("_free", "_pushed")

    def __init__(self) -> None:
        self._free = [0.0] * len(Rank)
        self._pushed = [0] * len(Rank)

    def next(self, rank: Rank, earliest: float) -> float:
        return max(self._free[rank], earliest)

    def take(self, rank: Rank, at: float, interval: float) -> Slot:
        free, pushed = self._free, self._pushed
        for place in range(rank, len(free)):
            free[place] = (free[place] if free[place] > at else at) + interval
            pushed[place] += place > rank
        free[rank] += interval * _LEFT_OVER
        return Slot(at, rank, self._pushed[rank])

    def due(self, slot: Slot, interval: float) -> float:
        """When the slot has come, after those of higher ranks that were taken since."""
        return slot.at + (self._pushed[slot.rank] - slot.pushed) * interval


class Limiter:
    """`per_second` and `concurrent` are the account's quota, None without one; `share` is this process's part of it."""

    __slots__ = ("_promised", "_queue", "concurrent", "in_flight", "paused_until", "per_second", "share")

    def __init__(self, per_second: float | None, concurrent: int | None) -> None:
        self.per_second = per_second
        self.concurrent = concurrent
        self.share = 1.0
        self.in_flight = 0
        self.paused_until = 0.0
        self._queue = Queue()
        self._promised = Queue()

    @property
    def interval(self) -> float:
        return 1 / (self.per_second * self.share) if self.per_second else 0.0

    def wait(self, rank: Rank, now: float) -> float:
        """Seconds until a slot of this rank is free."""
        if not self.per_second:
            return max(0.0, self.paused_until - now)
        at = max(self._queue.next(rank, now - _BURST_S), self.paused_until)
        return max(0.0, at - now)

    def take(self, rank: Rank, now: float) -> Slot | None:
        if not self.per_second:
            return None
        at = max(self._queue.next(rank, now - _BURST_S), self.paused_until)
        return self._queue.take(rank, at, self.interval)

    def left(self, slot: Slot | None, now: float) -> float:
        """Seconds until the slot has come; higher ranks may have put it back since it was taken."""
        return 0.0 if slot is None else self._queue.due(slot, self.interval) - now

    def promise(self, rank: Rank, now: float, wait: float) -> float:
        """Seconds after which a call that cannot wait here should come back: one after the other, at the quota's pace."""
        interval = self.interval or 0.05
        return self._promised.take(rank, self._promised.next(rank, now + wait), interval).at - now

    @property
    def is_full(self) -> bool:
        if self.concurrent is None:
            return False
        return self.in_flight >= max(1, round(self.concurrent * self.share))

    def pause(self, until: float) -> None:
        self.paused_until = max(self.paused_until, until)

    def share_out(self, mine: int, others: int, how_many: int) -> None:
        """The quota is shared out by what this process and the `how_many` others have asked for."""
        fair = mine / (mine + others) if mine else 1.0
        self.share = max(fair, 0.5 / (how_many + 1)) if how_many else 1.0


@dataclass(frozen=True, slots=True)
class Quota:
    """A limiter and the lock of all who use it. `account` names whose quota it is where several connectors share it."""

    limiter: Limiter
    account: str = ""
    lock: Lock = field(default_factory=Lock)
