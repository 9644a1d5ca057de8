"""When a message is tried again, and when a receiver counts as gone. Pure."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

#: Seconds between a failed try and the next: with the first at once ten tries in 75 h 35 min.
WAITS = (
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
)
TRIES = len(WAITS) + 1
JITTER = 0.2

#: A receiver that did nothing but fail for so long is given up at its next failure. With the waits above at least two of
#: its failures lie half a day apart by then.
GONE_AFTER = timedelta(days=5)


def wait_after(tries: int, told: float | None = None) -> timedelta | None:
    """How long to wait after that many failed tries; None when that was the last. `told` is the receiver's Retry-After in
    seconds, which is never undercut."""
    if tries >= TRIES:
        return None
    own = WAITS[tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
    return timedelta(seconds=max(own, told or 0.0))


def is_gone(failing_since: datetime | None, now: datetime) -> bool:
    """Whether a failure now, after nothing but failures since then, is the one at which the receiver is given up."""
    return failing_since is not None and now - failing_since >= GONE_AFTER
