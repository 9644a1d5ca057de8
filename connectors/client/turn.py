"""Waiting for one's turn at a vendor, and telling its gate how the request went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.client.deadline import Deadline
from connectors.client.exchange import Exchange
from connectors.contracts.base import Limits
from connectors.errors import ProviderError, RetryLater
from connectors.traffic import Gate, Pass, Rank
from connectors.traffic.gate import LONGEST_WAIT_S

_TOO_MANY, _UNAVAILABLE = 429, 503
#: Greater numbers in a header of a quota are moments, not spans.
_EPOCH = 1e9


class Turnstile:
    """Between the tries of one request and the gate. `sleep` takes seconds."""

    def __init__(self, gate: Gate, rank: Rank, sleep: Callable[[float], None], deadline: Deadline) -> None:
        self._gate, self._rank, self._sleep, self._deadline = gate, rank, sleep, deadline
        self._pass = Pass()
        self._rested = 0.0

    def enter(self, *, retry: bool) -> None:
        """Returns when the request may be sent; `left` has to follow. Raises Held when that would take too long."""
        gate, waited = self._gate, 0.0
        leave = gate.ask(self._rank, retry=retry, rested=self._rested, left=self._deadline.left)
        while (wait := gate.wait_of(leave)) > 0:
            waited += wait
            if waited > LONGEST_WAIT_S or wait >= self._deadline.left:
                raise gate.give_up(self._rank, leave)
            self._sleep(wait)
        self._pass = leave

    def left(self, done: Exchange | None) -> None:
        """The request is over, whatever became of it."""
        self._gate.leave(self._pass, _failed(done))

    def heed(self, error: ProviderError | None, done: Exchange, limits: Limits, now: datetime) -> None:
        """What an answer says about the quota holds for all calls of the account."""
        if error is not None and _is_throttled(error, done):
            self._rested = self._gate.pause(error.retry_after)
        elif limits.remaining and done.answer is not None:
            rest = _used_up(done.answer.headers, limits, now)
            if rest is not None:
                self._gate.pause(rest)


def _failed(done: Exchange | None) -> bool | None:
    """Whether the vendor is to blame; None when it was not reached, for a reason of ours."""
    if done is None:
        return None
    if done.error is None:
        return (done.status or 0) >= 500
    if done.status is not None and done.error.answered:
        return False
    return None if done.error.answered else True


def _is_throttled(error: ProviderError, done: Exchange) -> bool:
    if done.status == _TOO_MANY:
        return True
    told = isinstance(error, RetryLater) and error.retry_after is not None
    return told and done.status is not None and (done.status < 300 or done.status == _UNAVAILABLE)


def _used_up(headers: Mapping[str, str], limits: Limits, now: datetime) -> float | None:
    """Seconds until there is quota again; None while there is some left."""
    try:
        if float(headers.get(limits.remaining, "")) >= 1:
            return None
        reset = float(headers.get(limits.reset, "1"))
    except ValueError:
        return None
    seconds = reset - now.timestamp() if reset > _EPOCH else reset
    return min(max(seconds, 0.0), 3600.0)
