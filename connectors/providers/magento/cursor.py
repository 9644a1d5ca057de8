"""Where an import stands: at a change, not at a page.

Whatever is changed while pages are read moves to their end and all behind it one place up, so that going on by page number
would leave records out. Each page therefore begins at the last change of the one before, and reads what shares that
second again; only within one second pages are counted. A run starts an overlap earlier than the last one ended.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.errors import Rejected
from connectors.providers.magento.api import Filter

OVERLAP = timedelta(minutes=2)
_FORM = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since` is in UTC. `page` is 0 between runs; within one, that of the next request."""

    since: datetime | None = None
    page: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Rejected for a text that is none of ours."""
        if not text:
            return cls()
        try:
            told = json.loads(text)
            since = told.get("since")
            return cls(moment(since) if since else None, int(told.get("page", 0)))
        except (ValueError, TypeError, AttributeError):
            raise Rejected(
                f"The cursor {text[:80]!r} is none of Magento's; empty it to import from the beginning"
            ) from None

    @property
    def number(self) -> int:
        return max(self.page, 1)

    def filters(self, field: str, first_day: date | None = None) -> list[Filter]:
        """What has changed, as search criteria; [] for everything there is."""
        start = self.since
        if start is None:
            return [Filter(field, f"{first_day.isoformat()} 00:00:00", "gteq")] if first_day else []
        return [Filter(field, (start if self.page else start - OVERLAP).strftime(_FORM), "gteq")]

    def next(self, changes: Sequence[datetime], *, more: bool) -> Cursor:
        """Behind a page whose records changed then, the oldest first."""
        last = max(changes, default=self.since)
        if not more:
            return Cursor(last)
        # Within the overlap this is before what the last run has come to, and must not jump there.
        asked = self.since if self.page else None
        return Cursor(last, self.number + 1 if last == asked else 1)

    @classmethod
    def begun_anew(cls, text: str) -> str:
        """At the first page of that second: there may be fewer by now. Raises Rejected."""
        at = cls.read(text)
        return cls(at.since, 1).text() if at.page > 1 else text

    def text(self) -> str:
        told: dict[str, Any] = {
            "since": self.since.strftime(_FORM) if self.since else None,
            "page": self.page,
        }
        return json.dumps({name: value for name, value in told.items() if value})


def moment(text: Any) -> datetime:
    """The shop's times are UTC and say no zone. Raises ValueError or TypeError for none."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
