"""How connectors have been doing: the outcomes of their latest calls, for a whole page of them in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from eventlog.events import Category, Outcome
from eventlog.models import Event

#: Events of one connector that are read at most, and the hours that are looked at.
MOST, HOURS = 200, 24
#: Bars of a chart.
SLOTS = 24

_GOOD = frozenset({Outcome.SUCCESS, Outcome.WARNING})
_BAD = frozenset({Outcome.ERROR, Outcome.RETRY, Outcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Health:
    """`calls` holds (time, whether it succeeded), newest first, of the time since `since`; `last` is older than that
    where nothing was called since."""

    last: tuple[datetime, bool]
    calls: Sequence[tuple[datetime, bool]]
    since: datetime
    until: datetime

    @property
    def rate(self) -> float | None:
        """Share of the calls that succeeded, from 0 to 1; None where there were none."""
        return sum(good for _, good in self.calls) / len(self.calls) if self.calls else None

    def slots(self) -> list[tuple[int, int]]:
        """(succeeded, failed) in equal parts of the time, the oldest first."""
        found = [[0, 0] for _ in range(SLOTS)]
        length = (self.until - self.since) / SLOTS
        for at, good in self.calls:
            place = min(SLOTS - 1, max(0, int((at - self.since) / length)))
            found[place][0 if good else 1] += 1
        return [(good, bad) for good, bad in found]


def health_of(connectors: Collection[int]) -> dict[int, Health]:
    """By id of the connector; those that never called are left out. One query that reads at most MOST events of each.

    Where a connector made more calls than that, `since` is the time of the oldest one that was read.
    """
    if not connectors:
        return {}
    found: dict[int, list[Event]] = defaultdict(list)
    for event in _latest(sorted(connectors)):
        found[event.connector_id or 0].append(event)
    now = timezone.now()
    healths = {key: _health(events, now) for key, events in found.items()}
    return {key: health for key, health in healths.items() if health}


def _latest(connectors: Sequence[int]) -> Sequence[Event]:
    """A part for each connector: a limit for each is what makes the index give only the newest of each.

    Written out because SQLite takes a limit within a union only in a subquery, which the ORM does not make.
    """
    parts: list[str] = []
    params: list[Any] = []
    for key in connectors:
        rows = Event.objects.filter(connector_id=key).order_by("-id")
        sql, values = rows.only("id", "connector_id", "at", "outcome", "category")[
            :MOST
        ].query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS latest_{len(parts)}")  # noqa: S608 - only SQL of the ORM's own
        params += values
    return list(Event._base_manager.raw(" UNION ALL ".join(parts), params))


def _health(events: Sequence[Event], now: datetime) -> Health | None:
    calls = [
        (event.at, event.outcome in _GOOD)
        for event in events
        if event.category == Category.CONNECTOR and event.outcome in _GOOD | _BAD
    ]
    if not calls:
        return None
    since = now - timedelta(hours=HOURS)
    if len(events) == MOST:
        since = max(since, min(calls[-1][0], now - timedelta(minutes=1)))
    return Health(calls[0], [call for call in calls if call[0] >= since], since, now)
