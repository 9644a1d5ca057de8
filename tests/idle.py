"""Calls whose waits are skipped: time goes on by what was slept, as the gates see it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from connectors.traffic import Gates


class Idle:
    """`slept` are the waits in seconds."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.gates = gates(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def gates(slept: Sequence[float]) -> Gates:
    """New ones, whose clock is ahead by all that is in `slept`."""
    return Gates(clock=lambda: time.monotonic() + sum(slept))
