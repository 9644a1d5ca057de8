"""Vendors that say nothing may hold a share of the slots only, so that the calls of others go on meanwhile.

This is for the time until the breaker knows. A vendor that answers, however slowly, is not held back.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence

from connectors.calls import Outcome

#: Share of the slots that a silent vendor may hold.
SHARE = 0.25

#: A vendor that has answered within so many seconds is not silent.
TRUSTED_FOR_S = 1.0

#: An order of a silent vendor is looked at again after as long as the silence lasts, within these bounds (seconds).
SHORTEST_S, LONGEST_S = 0.1, 5.0


class Silence:
    """What one process knows of its calls under way, by connector id. Used by its database thread only."""

    def __init__(self, slots: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = max(1, int(slots * SHARE))
        self._clock = clock
        self._under_way: Counter[int] = Counter()
        self._planned: Counter[int] = Counter()
        self._waiting_since: dict[int, float] = {}
        self._answered_at: dict[int, float] = {}

    def begin_turn(self) -> None:
        """What was planned in the turn before has begun by now, or was rolled back."""
        self._planned.clear()

    def wait(self, connector_id: int) -> float:
        """Seconds after which one more call may be thought of again; 0 where it may be made now, which it then will be."""
        if self._under_way[connector_id] + self._planned[connector_id] < self._most:
            self._planned[connector_id] += 1
            return 0.0
        now = self._clock()
        if now - self._answered_at.get(connector_id, float("-inf")) <= TRUSTED_FOR_S:
            self._planned[connector_id] += 1
            return 0.0
        lasts = now - self._waiting_since.get(connector_id, now)
        return min(max(lasts, SHORTEST_S), LONGEST_S) * random.uniform(1.0, 1.5)  # noqa: S311 - no secret

    def begun(self, connector_id: int) -> None:
        if not self._under_way[connector_id]:
            self._waiting_since[connector_id] = self._clock()
        self._under_way[connector_id] += 1

    def ended(self, connector_id: int, outcomes: Sequence[Outcome]) -> None:
        self._under_way[connector_id] -= 1
        if any(outcome.error is None or outcome.error.answered for outcome in outcomes):
            self._answered_at[connector_id] = self._waiting_since[connector_id] = self._clock()
