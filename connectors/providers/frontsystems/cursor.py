"""Where an import stands: of sales by day, of everything else by change and page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.errors import Rejected

#: Front Systems' clock: times without zone are the tills'.
CLOCK = ZoneInfo("Europe/Oslo")
#: Days that every import reads again: tills that were offline deliver late, and parked sales are finished later.
AGAIN = timedelta(days=3)
PAGE = 1000
_OVERLAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Days:
    """`day` is the next one to be read; `under_way` is set within a run."""

    day: date
    under_way: bool = False

    @classmethod
    def read(cls, text: str, first: date | None) -> Days:
        """Raises Rejected for a text that is none of ours."""
        if not text:
            return cls(first or today() - timedelta(days=1), True)
        try:
            given = json.loads(text)
            at = cls(date.fromisoformat(given["day"]), bool(given.get("going")))
        except (ValueError, TypeError, LookupError, AttributeError):
            raise Rejected(
                f"The cursor {text[:80]!r} is none of Front Systems'; empty it to import from the beginning"
            ) from None
        return at if at.under_way else cls(at.day - AGAIN, True)

    def next(self) -> Days:
        """Today is not over, so that the next run begins from there."""
        return Days(self.day + timedelta(days=1), True) if self.day < today() else Days(self.day)

    def text(self) -> str:
        return json.dumps({"day": self.day.isoformat(), **({"going": True} if self.under_way else {})})


@dataclass(frozen=True, slots=True)
class Paging:
    """`since` is the last change of the run before and `seen` that of this run, as Front Systems writes them.
    `got` of `wanted` objects were read in this run, among `everything` that there is.

    Whether `skip` counts objects or pages is not published. Where the second page of a full run is empty though
    there is more, it counts pages (`in_pages`), which is kept in mind.
    """

    since: str = ""
    seen: str = ""
    skip: int = 0
    got: int = 0
    wanted: int | None = None
    everything: int = 0
    in_pages: bool = False

    @classmethod
    def read(cls, text: str) -> Paging:
        """Raises Rejected for a text that is none of ours."""
        try:
            at = cls(**json.loads(text)) if text else cls()
            moment(at.since or "2000-01-01")
            return at
        except (ValueError, TypeError):
            raise Rejected(
                f"{text[:80]!r} is no cursor of Front Systems'; empty it to read all of it again"
            ) from None

    def counted(self, wanted: int, everything: int) -> Paging:
        return replace(self, wanted=wanted, everything=everything)

    @property
    def changed(self) -> dict[str, str]:
        """The filter of what changed, a little further back: changes may become visible out of turn. Raises ValueError."""
        return {"upt": (moment(self.since) - _OVERLAP).isoformat()} if self.since else {}

    @property
    def asked(self) -> dict[str, Any]:
        return {"pageSize": PAGE, "pageSkip": self.skip}

    @property
    def is_over(self) -> bool:
        read = self.skip * PAGE if self.in_pages else self.skip
        return self.got >= (self.wanted or 0) or read >= self.everything

    def behind(self, changes: Iterable[str]) -> Paging:
        """Behind a page of objects that changed at these times. A page may be short, since it is cut before it is
        filtered."""
        times = list(changes)
        seen = max([self.seen, *times])
        if not times and not self.since and not self.in_pages and self.skip == PAGE:
            return replace(self, skip=1, in_pages=True)
        step = 1 if self.in_pages else PAGE
        at = replace(self, seen=seen, skip=self.skip + step, got=self.got + len(times))
        return Paging(since=max(seen, self.since), in_pages=self.in_pages) if at.is_over else at

    def text(self) -> str:
        empty = asdict(Paging())
        return json.dumps({name: value for name, value in asdict(self).items() if value != empty[name]})


def today() -> date:
    return datetime.now(CLOCK).date()


def moment(value: Any) -> datetime:
    """Raises ValueError. A time without zone is the tills'."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no time")
    found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return (found if found.tzinfo else found.replace(tzinfo=CLOCK)).astimezone(UTC)
