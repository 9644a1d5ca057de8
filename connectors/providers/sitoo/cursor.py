"""Where an import of orders stands: behind the highest order number, and which orders were still open when they were read.

Sitoo tells no time of change. Each run therefore begins with the orders that were open, and goes back a little before it
goes on, in case a till's order became visible late; whoever stores them skips what it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from connectors.errors import Rejected

OVERLAP = 20
#: Orders that are read again in one call, and that are kept in mind at most: the newest.
AGAIN, MOST_OPEN = 50, 1000


@dataclass(frozen=True, slots=True)
class Cursor:
    """`again` are those of `open` that this run has still to read; `under_way` is set within a run."""

    after: int = 0
    open: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    under_way: bool = False

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        if not text:
            return cls(under_way=True)
        try:
            told = json.loads(text)
            at = cls(
                int(told["after"]),
                tuple(map(int, told.get("open", ()))),
                tuple(map(int, told.get("again", ()))),
                bool(told.get("going")),
            )
        except (ValueError, TypeError, LookupError, AttributeError):
            raise Rejected(
                f"The cursor {text[:80]!r} is none of Sitoo's; empty it to import from the beginning"
            ) from None
        return at if at.under_way else cls(max(at.after - OVERLAP, 0), at.open, at.open, True)

    def looked_at(self, asked: Iterable[int], still_open: Iterable[int]) -> Cursor:
        """Behind a page of orders that were read again."""
        done = set(asked)
        kept = (done & set(still_open)) | (set(self.open) - done)
        left = tuple(number for number in self.again if number not in done)
        return Cursor(self.after, _newest(kept), left, True)

    def next(self, numbers: Iterable[int], still_open: Iterable[int], *, more: bool) -> Cursor:
        """Behind a page of orders in the order of their numbers."""
        seen = set(numbers)
        kept = (set(self.open) - seen) | set(still_open)
        return Cursor(max([self.after, *seen]), _newest(kept), (), more)

    def text(self) -> str:
        told = {"after": self.after, "open": self.open, "again": self.again, "going": self.under_way}
        return json.dumps({name: value for name, value in told.items() if value or name == "after"})


def _newest(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(numbers)[-MOST_OPEN:])
