"""Where an import stands: `since` is the highest change that was stored whole, `after` the page within this run.

`since` moves on only when a run has come to its last page, so that a run that breaks off loses nothing. Search may trail
behind writes a little; each run therefore starts an overlap earlier, and whoever stores the orders skips what it has.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from connectors.errors import Rejected

OVERLAP = timedelta(minutes=5)


class Changed(Protocol):
    @property
    def modified_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """`seen` is the highest change met so far in a run that goes on after `after`. Times are in UTC."""

    since: datetime | None = None
    after: str | None = None
    seen: datetime | None = None

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        if not text:
            return cls()
        try:
            told = json.loads(text)
            return cls(_time(told.get("since")), told.get("after"), _time(told.get("seen")))
        except (ValueError, TypeError, AttributeError):
            raise Rejected(
                f"The cursor {text[:80]!r} is none of Shopify's; empty it to import from the beginning"
            ) from None

    def query(self, first_day: date | None) -> str | None:
        """Shopify's search text for what has changed; None for everything there is."""
        if self.since:
            start = (self.since - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
        elif first_day:
            start = f"{first_day.isoformat()}T00:00:00Z"
        else:
            return None
        return f"updated_at:>='{start}'"

    def next(self, items: Sequence[Changed], after: str | None) -> Cursor:
        """Behind a page; `after` is None for the last one."""
        known = [moment for moment in (self.since, self.seen) if moment]
        seen = max([*known, *(item.modified_at for item in items if item.modified_at)], default=None)
        return Cursor(self.since, after, seen) if after else Cursor(since=seen)

    @classmethod
    def begun_anew(cls, text: str) -> str:
        """Without the page, which Shopify forgets after a while. Raises Rejected."""
        at = cls.read(text)
        return cls(since=at.since).text() if at.after else text

    def text(self) -> str:
        told: dict[str, Any] = {"since": _text(self.since), "after": self.after, "seen": _text(self.seen)}
        return json.dumps({name: value for name, value in told.items() if value})


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
