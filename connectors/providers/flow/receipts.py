"""Where the search for receipts stands: since when, and at which page of this run.

Pages have no order that is published, so `since` moves on only behind the last page; and a little is gone back each time,
for tills that were without a line. Whoever stores the orders skips what it has.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from connectors.errors import Rejected

OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Searched:
    """`seen` is the latest settlement that this run has met. Times are in UTC."""

    since: datetime | None = None
    page: int = 1
    seen: datetime | None = None

    @classmethod
    def read(cls, cursor: str) -> Searched:
        """Raises Rejected for a text that is none of ours."""
        if not cursor:
            return cls()
        try:
            told = json.loads(cursor)
            return cls(_time(told.get("since")), int(told.get("page", 1)), _time(told.get("seen")))
        except (ValueError, TypeError, AttributeError):
            raise Rejected(
                f"The cursor {cursor[:80]!r} is none of Flow's; empty it to import from the beginning"
            ) from None

    def start(self, first_day: date | None) -> datetime | None:
        if self.since:
            return self.since - OVERLAP
        return datetime.combine(first_day, time(), UTC) if first_day else None

    def next(self, settled: list[datetime], *, more: bool) -> Searched:
        seen = max([moment for moment in (self.seen, self.since) if moment] + settled, default=None)
        return Searched(self.since, self.page + 1, seen) if more else Searched(seen)

    def text(self) -> str:
        told = {
            "since": self.since and self.since.isoformat(),
            "page": self.page,
            "seen": self.seen and self.seen.isoformat(),
        }
        return json.dumps({name: value for name, value in told.items() if value})


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
