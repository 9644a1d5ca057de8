"""The database's clock, read without a statement: its distance to the local monotonic clock is measured now and then."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tenants.clock import database_now

__all__ = ["DatabaseClock", "database_now"]

_MEASURE_AGAIN_S = 5.0


class DatabaseClock:
    """`now()` is the database's time, at most a few milliseconds off; leases and schedules are decided by it."""

    def __init__(self) -> None:
        self._at = float("-inf")
        self._base = datetime.now(UTC)

    def now(self) -> datetime:
        if time.monotonic() - self._at > _MEASURE_AGAIN_S:
            self.measure()
        return self._base + timedelta(seconds=time.monotonic() - self._at)

    def measure(self) -> None:
        self._base, self._at = database_now(), time.monotonic()
