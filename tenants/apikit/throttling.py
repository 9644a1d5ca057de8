"""How many requests a key may send. Each process counts for itself and tells the others only every twentieth part of
what is allowed, so that most requests cost no statement and all processes together allow hardly more than they should."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

from django.conf import settings

from tenants.apikit.problems import Problem
from tenants.models import ApiKey
from tenants.models.api_key_use import add_requests

#: Length of the spans in which requests are counted.
SPAN_S = 10
_SHARE = 20
_MOST_KEYS = 10_000


@dataclass(slots=True)
class _Count:
    span: int
    told: int = 0
    """Of all processes, when this one last looked."""
    untold: int = 0
    """Of this process since then."""


class Throttle:
    """Counts of the keys that this process serves; safe for threads."""

    def __init__(self) -> None:
        self._counts: dict[int, _Count] = {}
        self._lock = Lock()

    def check(self, key: ApiKey) -> None:
        """Count a request. Raises Problem 429 when the key has had its share of this span."""
        allowed = int(settings.CROSSDOCK_API_RATE * SPAN_S)
        if not allowed:
            return
        now = time.time()
        if self._count(key.pk, int(now // SPAN_S), allowed) > allowed:
            raise _too_many(allowed, SPAN_S - now % SPAN_S)

    def forget(self) -> None:
        self._counts.clear()

    def _count(self, key_id: int, span: int, allowed: int) -> int:
        with self._lock:
            count = self._counts.get(key_id)
            if count is None or count.span != span:
                count = self._fresh(key_id, span)
            count.untold += 1
            total = count.told + count.untold
            if total > allowed or count.untold * _SHARE < allowed:
                return total
            telling, count.untold = count.untold, 0
            count.told += telling
        told = add_requests(key_id, span, telling)
        with self._lock:
            count.told = max(count.told, told)
            return count.told + count.untold

    def _fresh(self, key_id: int, span: int) -> _Count:
        if len(self._counts) >= _MOST_KEYS:
            self._counts = {pk: count for pk, count in self._counts.items() if count.span == span}
        count = self._counts[key_id] = _Count(span)
        return count


def _too_many(allowed: int, left: float) -> Problem:
    seconds = int(left) + 1
    text = (
        f"This API key has sent more than {allowed} requests in {SPAN_S} seconds; go on in {seconds} seconds."
    )
    return Problem(429, "throttled", text, headers={"Retry-After": str(seconds)})


throttle = Throttle()
