"""Where the reading of stock stands, warehouse by warehouse."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.contracts.base import reading
from connectors.errors import Rejected, RetryLater
from connectors.providers.sitoo.api import Json

#: Items of one call.
PAGE = 250


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading stands: `since` by warehouse, `left` to be read in this run from item `start` of the first on, and
    `seen`, the latest change met in that one."""

    since: Mapping[str, int]
    left: tuple[str, ...] = ()
    start: int = 0
    seen: int = 0

    @classmethod
    def read(cls, text: str) -> Place:
        """Raises Rejected for a text that is none of ours."""
        if not text:
            return cls({})
        try:
            told = json.loads(text)
            since = {str(key): int(value) for key, value in told["since"].items()}
            left = tuple(map(str, told.get("left", ())))
            return cls(since, left, int(told.get("start", 0)), int(told.get("seen", 0)))
        except (ValueError, TypeError, LookupError, AttributeError):
            raise Rejected(f"{text[:80]!r} is no cursor of Sitoo's stock; start anew without one") from None

    def text(self) -> str:
        told = {"since": dict(self.since), "left": self.left, "start": self.start, "seen": self.seen}
        return json.dumps({name: value for name, value in told.items() if value or name == "since"})

    def behind(self, items: Sequence[Json], total: int) -> Place:
        """Behind a page of the first warehouse, which has so many items in all. What changes in the very second of the last
        change is read again."""
        warehouse = self.left[0]
        with reading("Sitoo's stock", RetryLater):
            seen = max([self.seen, *(int(item.get("datelastmodified") or 0) for item in items)])
        end = self.start + len(items)
        if items and end < total:
            return Place(self.since, self.left, end, seen)
        since = {**self.since, warehouse: max(seen, self.since.get(warehouse, 0))}
        return Place(since, self.left[1:])
