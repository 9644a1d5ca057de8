"""Where an import stands: since when it looks for changes, and behind which record.

Ongoing does not tell when a record changed, only filters by it. So a run looks for what changed since shortly before the
last one began, page by page in the order of ids, and what changes meanwhile is for the next run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.errors import Rejected

#: Covers clocks that differ and changes that show late.
OVERLAP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is None for everything, `began` when the run did. `after` is the id to go on from, 0 between runs, `part`
    which of several questions of one run is being asked."""

    since: datetime | None
    began: datetime
    after: int = 0
    part: int = 0

    @classmethod
    def read(cls, text: str, first_day: date | None) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        now = datetime.now(UTC).replace(microsecond=0)
        if not text:
            since = (
                datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC) if first_day else None
            )
            return cls(since, now)
        try:
            told = json.loads(text)
            since, began = (_moment(told.get(name)) for name in ("since", "began"))
            if began is None:
                return cls(since, now)
            return cls(since, began, int(told["after"]), int(told.get("part", 0)))
        except (ValueError, TypeError, LookupError, AttributeError):
            raise Rejected(
                f"The cursor {text[:80]!r} is none of Ongoing's; empty it to import from the beginning"
            ) from None

    @property
    def since_text(self) -> str | None:
        return f"{self.since:%Y-%m-%dT%H:%M:%SZ}" if self.since else None

    def behind(self, last: int) -> Cursor:
        """Further on in the same question."""
        return replace(self, after=last + 1)

    def further(self) -> Cursor:
        """On to the next question of the same run."""
        return replace(self, after=0, part=self.part + 1)

    def text(self) -> str:
        told: dict[str, Any] = {"began": self.began.isoformat(), "after": self.after, "part": self.part}
        return json.dumps({"since": self.since.isoformat(), **told} if self.since else told)

    def ended(self) -> str:
        """The cursor of the next run."""
        return json.dumps({"since": (self.began - OVERLAP).isoformat()})


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
