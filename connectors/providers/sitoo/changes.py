"""Where the reading of a list stands that is told by its changes, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.errors import Rejected


@dataclass(frozen=True, slots=True)
class Since:
    """Times in seconds since the epoch. `since` is the last change of the run before, `start` the next item of this run,
    `seen` the last change that this run has met."""

    since: int = 0
    start: int = 0
    seen: int = 0

    @classmethod
    def read(cls, text: str) -> Since:
        """Raises Rejected for a text that is none of ours."""
        if not text:
            return cls()
        try:
            told = json.loads(text)
            return cls(*(int(told.get(name, 0)) for name in ("since", "start", "seen")))
        except (ValueError, TypeError, AttributeError):
            raise Rejected(
                f"{text[:80]!r} is no cursor of Sitoo's; empty it to read all of it again"
            ) from None

    def behind(self, changes: Iterable[Any], total: int) -> Since:
        """Behind a page of so many of all; Sitoo may give fewer than were asked for. What changes in the second of the last
        change is read again by the next run."""
        times = [int(change or 0) for change in changes]
        seen, end = max([self.seen, *times]), self.start + len(times)
        return Since(self.since, end, seen) if times and end < total else Since(max(seen, self.since))

    def text(self) -> str:
        return json.dumps({"since": self.since, "start": self.start, "seen": self.seen})
