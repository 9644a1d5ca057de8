"""The gate that every request to a connector's vendor passes: breaker, limiter and retry budget together."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.contracts.base import Limits
from connectors.errors import Held
from connectors.traffic.breaker import Breaker, Standing
from connectors.traffic.limiter import Limiter, Quota, Slot
from connectors.traffic.ranks import Rank
from connectors.traffic.window import Counts, LastMinute

#: A call waits at most this long (seconds) for its turn before it is put off.
LONGEST_WAIT_S = 5.0

#: Retries may add this share to the calls of a minute, and so many in any case.
RETRY_SHARE, RETRY_FLOOR = 0.1, 10

#: An account that is told to slow down without a time rests this long, in seconds.
REST_S = 1.0

_FULL_WAIT_S = 0.02


@dataclass(slots=True)
class Pass:
    """Leave to send one request. `probe` tells that a breaker's next state depends on it."""

    slot: Slot | None = None
    probe: bool = False
    rested: float = 0.0
    in_flight: bool = False


class Gate:
    """One connector's gate in this process. `others` are the counts of the other processes, `changed` tells that they
    have to hear of something. Safe to use from many threads."""

    def __init__(
        self,
        label: str,
        limits: Limits,
        *,
        tenant_id: int = 0,
        alone: bool = True,
        clock: Callable[[], float] = time.monotonic,
        quota: Quota | None = None,
    ) -> None:
        """`quota` is the one that this connector shares with others; without it, it has one of its own."""
        quota = quota or Quota(Limiter(limits.per_second, limits.concurrent))
        self.label = label
        self.tenant_id = tenant_id
        self.alone = alone
        self.breaker = Breaker()
        self.account = quota.account
        self.limiter = quota.limiter
        self.mine = LastMinute()
        self.others = Counts()
        self.changed = False
        self.used_at = 0.0
        self.lock = quota.lock
        self._clock = clock

    def ask(self, rank: Rank, *, retry: bool = False, rested: float = 0.0, left: float = 60.0) -> Pass:
        """Leave to send, to be waited for with `wait_of` and given back with `leave`. `left` are the seconds that the
        call has; a pause that it has sat out itself (`rested` is its end) does not stop it again. Raises Held."""
        with self.lock:
            now = self.used_at = self._clock()
            counts, total, limiter = self.mine.at(now), self.mine.total, self.limiter
            counts.asked += 1
            total.asked += 1
            wait = 0.0 if rested and rested >= limiter.paused_until else limiter.wait(rank, now)
            if wait and wait > min(LONGEST_WAIT_S, left):
                raise self._later(rank, now, wait)
            held = self._hold(now)
            if held:
                raise self._out_of_order(now, held)
            probe = self.breaker.probing
            slot = limiter.take(rank, now) if not rested else None
            if retry:
                counts.retries += 1
                total.retries += 1
            else:
                counts.firsts += 1
                total.firsts += 1
            return Pass(slot, probe, rested)

    def wait_of(self, leave: Pass) -> float:
        """Seconds that are still to be waited; 0 when the request may be sent now, which is then under way."""
        limiter = self.limiter
        if leave.slot is None and limiter.concurrent is None and limiter.paused_until <= leave.rested:
            return 0.0
        with self.lock:
            now = self._clock()
            paused = limiter.paused_until - now if limiter.paused_until > leave.rested else 0.0
            left = max(paused, limiter.left(leave.slot, now))
            if left > 0:
                return left
            if limiter.is_full:
                return _FULL_WAIT_S
            if limiter.concurrent is not None:
                leave.in_flight = True
                limiter.in_flight += 1
            return 0.0

    def give_up(self, rank: Rank, leave: Pass) -> Held:
        """The turn did not come in time."""
        self.leave(leave, None)
        with self.lock:
            return self._later(rank, self._clock(), REST_S)

    def leave(self, leave: Pass, failed: bool | None) -> None:
        """The request is over. `failed` tells of a timeout, a reset or a 5xx; None that the vendor was not reached."""
        with self.lock:
            now = self._clock()
            if leave.in_flight:
                self.limiter.in_flight -= 1
            if failed is not None:
                counts, total = self.mine.at(now), self.mine.total
                counts.ended += 1
                total.ended += 1
                counts.failures += failed
                total.failures += failed
            if leave.probe:
                turned = self.breaker.probed(now, failed)
            else:
                turned = bool(failed) and self.breaker.judge(now, self._total())
            if turned:
                self.changed = True
                self._forget()

    def may_retry(self) -> bool:
        """Whether the minute's budget has room for one more retry."""
        with self.lock:
            self.mine.at(self._clock())
            counts = self._total()
            return counts.retries < max(RETRY_FLOOR, counts.firsts * RETRY_SHARE)

    def pause(self, seconds: float | None) -> float:
        """The vendor asks its account to slow down; the end of the pause, by this gate's clock."""
        with self.lock:
            until = self._clock() + (REST_S if seconds is None else seconds)
            if until > self.limiter.paused_until:
                self.limiter.pause(until)
                self.changed = True
            return self.limiter.paused_until

    @property
    def is_troubled(self) -> bool:
        return (
            self.changed or self.breaker.open_until is not None or self.limiter.paused_until > self._clock()
        )

    @property
    def is_probing(self) -> bool:
        return self.breaker.probing or self._clock() < self.breaker.may_probe_until

    def reading(self) -> tuple[Counts, int]:
        """The last minute's counts, and the state of the breaker that they belong to."""
        with self.lock:
            self.mine.at(self._clock())
            counts = Counts()
            counts.add(self.mine.total)
            return counts, self.breaker.generation

    def hear(self, others: Counts, how_many: int) -> None:
        """The last minute of the other processes; a quota of its own is shared out by what each of them asks for."""
        with self.lock:
            self.others = others
            if not self.account:
                self.limiter.share_out(self.mine.total.asked, others.asked, how_many)

    def tell(self) -> Standing:
        """What the other processes have to know; they are taken to know it from now on."""
        with self.lock:
            self.changed = False
            state = self.breaker
            return Standing(
                state.generation, state.openings, state.opened_at, state.open_until, self.limiter.paused_until
            )

    def adopt(self, state: Standing) -> None:
        """Take over what another process or a person has found out later. Of two changes at the same time the agreed one
        counts if it lets calls through: an opening that nobody agrees to is never probed."""
        with self.lock:
            outvoted = state.open_until is None and self.breaker.open_until is not None
            if state.generation + outvoted > self.breaker.generation:
                self.breaker.become(state)
                self.limiter.paused_until = state.paused_until
                self.changed = False
                self._forget()
            self.limiter.pause(state.paused_until)

    def let_probe(self) -> None:
        with self.lock:
            self.breaker.let_probe(self._clock())

    def _forget(self) -> None:
        """The breaker's state has changed: what was counted before does not count for the next one."""
        self.mine.clear()
        self.others = Counts()

    def _hold(self, now: float) -> float:
        breaker = self.breaker
        if breaker.open_until is not None and self.alone and now >= breaker.open_until:
            breaker.let_probe(now)
        return breaker.hold(now)

    def _total(self) -> Counts:
        total = Counts()
        total.add(self.mine.total)
        total.add(self.others)
        return total

    def _later(self, rank: Rank, now: float, wait: float) -> Held:
        later = self.limiter.promise(rank, now, wait) + random.uniform(0, 0.5)  # noqa: S311 - no secret
        return Held(f"Waiting for quota of {self.label} until {_clock_time(later)}", retry_after=later)

    def _out_of_order(self, now: float, wait: float) -> Held:
        breaker = self.breaker
        since = _clock_time((breaker.opened_at or now) - now)
        probe = _clock_time(max(0.0, (breaker.open_until or now) - now))
        return Held(
            f"{self.label} has been failing since {since}; calls are held back and the next probe is at {probe}",
            retry_after=wait,
        )


def _clock_time(seconds: float) -> str:
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%H:%M:%S} UTC"
