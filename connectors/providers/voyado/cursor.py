"""Where the reading of changed contacts stands.

Engage lists the ids of all contacts that changed within a time, in no order, so a reading goes through them by id. It asks
for everything since a moment; a window that ends is used only where that would be more than Engage gives.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from connectors.errors import Rejected

#: By so much each reading begins before the former one began.
OVERLAP = timedelta(minutes=5)
#: A window is not made shorter than this.
SHORTEST = timedelta(hours=1)
_FIRST = date(2005, 1, 1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`begun` is when this reading began, from which the next one goes on; `until` None is the present."""

    since: datetime
    begun: datetime
    until: datetime | None = None
    after: str = ""

    @classmethod
    def read(cls, text: str, first: date | None) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        now = datetime.now(UTC)
        if not text:
            return cls(datetime.combine(first or _FIRST, time(), UTC), now)
        try:
            told = json.loads(text)
            until, begun = told.get("until"), told.get("begun")
            return cls(
                datetime.fromisoformat(told["since"]).astimezone(UTC),
                datetime.fromisoformat(begun).astimezone(UTC) if begun else now,
                datetime.fromisoformat(until).astimezone(UTC) if until else None,
                str(told.get("after", "")),
            )
        except (ValueError, LookupError, TypeError, AttributeError):
            raise Rejected(
                f"The cursor {text[:50]!r} is none of Voyado's contacts; empty it to read all of them"
            ) from None

    def text(self) -> str:
        told = {"since": self.since.isoformat(), "begun": self.begun.isoformat(), "after": self.after}
        return json.dumps(told | ({"until": self.until.isoformat()} if self.until else {}))

    def narrower(self) -> Cursor | None:
        """The first half of this window; None where it is short already."""
        length = (self.until or self.begun) - self.since
        return replace(self, until=self.since + length / 2) if length > SHORTEST else None

    def following(self, after: str, *, more: bool) -> tuple[str, bool]:
        """The cursor behind a page that ends with this id, and whether there is something left now."""
        if more:
            return replace(self, after=after).text(), True
        if self.until:
            return Cursor(self.until, self.begun).text(), True
        return json.dumps({"since": (self.begun - OVERLAP).isoformat()}), False
