"""Where a task that goes through products, prices or customers stands.

Between full compares the cursor is the vendor's own (or our place in the order of change). While a full compare goes on it
is a document around that, so that whoever takes the task over goes on with the compare. The cursor that its last page
brings is the one that later runs go on from: it is behind everything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from workflows.engine.clock import database_now
from workflows.schedules.types import TaskContext, TaskFailed

_MARK = '{"full": '


@dataclass(frozen=True, slots=True)
class Standing:
    """`at` is the cursor to go on from. Of a full compare, `began` is the database's time and `read` counts what it has come
    across so far."""

    at: str = ""
    began: datetime | None = None
    read: int = 0

    @property
    def is_full(self) -> bool:
        return self.began is not None

    @classmethod
    def of(cls, context: TaskContext) -> Standing:
        """A task whose property Full is on begins a compare with each run; one that broke off is brought to its end.
        Raises TaskFailed."""
        found = cls.read_from(context.cursor)
        begins = context.properties.full and not found.is_full and not context.pages
        return cls.compare() if begins else found

    @classmethod
    def read_from(cls, cursor: str) -> Standing:
        """Raises TaskFailed."""
        if not cursor.startswith(_MARK):
            return cls(cursor)
        try:
            told = json.loads(cursor)["full"]
            return cls(str(told["at"]), datetime.fromisoformat(told["began"]), int(told["read"]))
        except (LookupError, TypeError, ValueError):
            raise TaskFailed(
                "The cursor cannot be read; empty it, then everything is gone through again"
            ) from None

    @classmethod
    def compare(cls) -> Standing:
        """A full compare from the beginning."""
        return cls("", database_now())

    def behind(self, at: str, read: int) -> Standing:
        """After a page."""
        return replace(self, at=at, read=self.read + read)

    def __str__(self) -> str:
        if self.began is None:
            return self.at
        return json.dumps({"full": {"at": self.at, "began": self.began.isoformat(), "read": self.read}})
