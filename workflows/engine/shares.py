"""A slow or silent vendor may hold a share of the slots only while others want them, so that their calls go on meanwhile.

A vendor that answers briskly gives its slots back as fast as others need them, and is left alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from connectors.calls import Outcome
from connectors.compiled import ConnectorConfig

#: While others wait, one connector may hold at most this share of the slots.
SHARE = 0.25

#: Calls that take no longer are brisk (ms).
BRISK_MS = 500

#: A vendor is trusted to answer, or to be brisk, when it has answered so within so many seconds.
TRUSTED_FOR_S = 1.0

#: Orders that were put off are remembered for so long (seconds); later ones cost one look.
_REMEMBERED_FOR_S = 60.0


def share_of(connector: ConnectorConfig) -> int:
    """Whose share a call takes: the connector's id. Addresses that steps have of their own are no connectors; those of one
    tenant share one."""
    return connector.id or -connector.tenant_id


class Shares:
    """What one process knows of its calls under way, by `share_of` their connectors. Used by its database thread only."""

    def __init__(self, slots: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = max(1, int(slots * SHARE))
        self._clock = clock
        self._under_way: Counter[int] = Counter()
        self._planned: Counter[int] = Counter()
        self._answered_at: dict[int, float] = {}
        self._brisk_at: dict[int, float] = {}
        self._put_off_at: dict[int, float] = {}
        self._others_wait: Callable[[], bool] = lambda: True

    def begin_turn(self, others_wait: Callable[[], bool]) -> None:
        """What was planned in the turn before has begun by now, or was rolled back. `others_wait` tells whether somebody
        else wants a slot; it is asked only where a connector would take more than its share."""
        self._planned.clear()
        self._others_wait = others_wait

    def take(self, connector_id: int) -> bool:
        """Whether one more call may be made now, which it then will be."""
        within = self._left(connector_id) > 0 or self._is_brisk(connector_id)
        if within or (self._answers(connector_id) and not self._others_wait()):
            self._planned[connector_id] += 1
            return True
        self._put_off_at[connector_id] = self._clock()
        return False

    def rooms(self, *, spare: bool = False) -> dict[int, int]:
        """How many more calls each connector may make for which orders were put off; those that may make any number are
        left out. With `spare`, nobody else wants the slots."""
        after = self._clock() - _REMEMBERED_FOR_S
        self._put_off_at = {pk: at for pk, at in self._put_off_at.items() if at > after}
        return {
            pk: max(self._left(pk), 0)
            for pk in self._put_off_at
            if not (self._is_brisk(pk) or (spare and self._answers(pk)))
        }

    def begun(self, connector_id: int) -> None:
        self._under_way[connector_id] += 1

    def ended(self, connector_id: int, outcomes: Sequence[Outcome]) -> None:
        self._under_way[connector_id] -= 1
        if any(outcome.error is None or outcome.error.answered for outcome in outcomes):
            self._answered_at[connector_id] = self._clock()
            if sum(outcome.duration_ms for outcome in outcomes) <= BRISK_MS:
                self._brisk_at[connector_id] = self._clock()
            else:
                self._brisk_at.pop(connector_id, None)

    def _left(self, connector_id: int) -> int:
        return self._most - self._under_way[connector_id] - self._planned[connector_id]

    def _answers(self, connector_id: int) -> bool:
        return self._is_fresh(self._answered_at.get(connector_id))

    def _is_brisk(self, connector_id: int) -> bool:
        return self._is_fresh(self._brisk_at.get(connector_id))

    def _is_fresh(self, at: float | None) -> bool:
        return at is not None and self._clock() - at <= TRUSTED_FOR_S
