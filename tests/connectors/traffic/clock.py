"""A clock that moves when it is told to."""

from __future__ import annotations

from connectors.contracts.base import Limits
from connectors.errors import Held
from connectors.traffic import Gate, Pass, Rank


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def gate_at(clock: Clock, limits: Limits | None = None, **options: bool) -> Gate:
    return Gate("Acme", limits or Limits(), clock=clock, **options)


def call(gate: Gate, failed: bool | None = False, rank: Rank = Rank.EXPORT) -> float:
    """One call from the question to its end; the seconds after which it should come back, 0 when it was sent."""
    try:
        leave = gate.ask(rank)
    except Held as held:
        return held.retry_after or 0.0
    gate.leave(leave, failed)
    return 0.0


def sent(gate: Gate, rank: Rank = Rank.EXPORT) -> Pass | None:
    """Leave to send, or None when the call was held back."""
    try:
        return gate.ask(rank)
    except Held:
        return None
