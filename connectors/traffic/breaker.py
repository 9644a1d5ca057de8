"""The circuit breaker of one connector: closed, open, or half-open with one probe at a time."""

from __future__ import annotations

import random
from dataclasses import dataclass

from connectors.traffic.window import Counts

#: It opens at so many failures in a minute, if they are at least this share of all calls.
FAILURES, SHARE = 10, 0.5

#: Seconds that it stays open, first and at most; each failed probe doubles them.
FIRST_OPEN_S, LONGEST_OPEN_S = 30.0, 300.0

#: So many probes that succeed, one after the other, close it.
SUCCESSES = 3

#: What waits comes back spread over this share of the time for which the breaker was open.
_SPREAD = 0.5
_ASK_AGAIN_S = (1.0, 3.0)

#: Who got leave to probe has to begin within this time, in seconds.
_PROBE_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What processes tell each other of a connector. Times are of the monotonic clock of whoever reads it."""

    generation: int = 0
    openings: int = 0
    opened_at: float | None = None
    open_until: float | None = None
    paused_until: float = 0.0


class Breaker:
    """`open_until` is None while closed. `generation` grows with every change; the greater one is the newer one.

    Until `may_probe_until` this process is the one that probes; `wanted` tells that a call would like to be a probe.
    """

    __slots__ = (
        "generation", "may_probe_until", "open_until", "opened_at", "openings", "probing", "successes", "wanted"
    )  # fmt: skip

    def __init__(self) -> None:
        self.generation = 0
        self.openings = self.successes = 0
        self.opened_at: float | None = None
        self.open_until: float | None = None
        self.may_probe_until = 0.0
        self.probing = self.wanted = False

    def hold(self, now: float) -> float:
        """Seconds after which to ask again; 0 lets the call through, as the probe where the breaker is open."""
        if self.open_until is None:
            return 0.0
        left = self.open_until - now
        if left > 0:
            return left + random.uniform(0, self.span * _SPREAD)  # noqa: S311 - no secret
        if now < self.may_probe_until and not self.probing:
            self.probing, self.wanted = True, False
            return 0.0
        self.wanted = True
        return random.uniform(*_ASK_AGAIN_S)  # noqa: S311 - no secret

    @property
    def span(self) -> float:
        return float(min(LONGEST_OPEN_S, FIRST_OPEN_S * 2 ** max(0, self.openings - 1)))

    def judge(self, now: float, counts: Counts) -> bool:
        """After a call that ended while closed: whether it has opened."""
        if self.open_until is not None or counts.failures < FAILURES:
            return False
        if counts.failures < counts.ended * SHARE:
            return False
        self._open(now)
        return True

    def probed(self, now: float, failed: bool | None) -> bool:
        """After the probe ended (None: without having reached the vendor): whether the state has changed."""
        self.probing = False
        if self.open_until is None or failed is None:
            return False
        if failed:
            self._open(now)
            return True
        self.successes += 1
        if self.successes < SUCCESSES:
            self.let_probe(now)
            return False
        self.become(Standing(self.generation + 1))
        return True

    def let_probe(self, now: float) -> None:
        self.may_probe_until = now + _PROBE_WITHIN_S

    def become(self, state: Standing) -> None:
        """Take over a newer state."""
        self.generation, self.openings = state.generation, state.openings
        self.opened_at, self.open_until = state.opened_at, state.open_until
        self.successes, self.may_probe_until = 0, 0.0
        self.probing = self.wanted = False

    def _open(self, now: float) -> None:
        since, openings = self.opened_at or now, self.openings + 1
        span = min(LONGEST_OPEN_S, FIRST_OPEN_S * 2 ** (openings - 1))
        self.become(Standing(self.generation + 1, openings, since, now + span))
