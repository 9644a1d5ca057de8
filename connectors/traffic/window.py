"""How many calls there were in the last minute, and how they ended."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields

#: Seconds that are looked back on, and the width of the slots in which they pass by.
SPAN_S = 60.0
_SLOT_S = 5.0


@dataclass(slots=True)
class Counts:
    """`firsts` and `retries` were sent; `ended` and `failures` came back; `asked` wanted to be sent."""

    asked: int = 0
    firsts: int = 0
    retries: int = 0
    ended: int = 0
    failures: int = 0

    def add(self, other: Counts, sign: int = 1) -> None:
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))


COUNTED = tuple(field.name for field in fields(Counts))


class LastMinute:
    """`total` is up to date after `at`, which gives the slot to count into, besides. Times are of the monotonic clock."""

    __slots__ = ("_slots", "total")

    def __init__(self) -> None:
        self._slots: deque[tuple[float, Counts]] = deque()
        self.total = Counts()

    def at(self, now: float) -> Counts:
        slots = self._slots
        while slots and slots[0][0] <= now - SPAN_S:
            self.total.add(slots.popleft()[1], -1)
        if not slots or slots[-1][0] <= now - _SLOT_S:
            slots.append((now, Counts()))
        return slots[-1][1]

    def clear(self) -> None:
        self._slots.clear()
        self.total = Counts()
