"""The rows that tell how each item stands: read for a page at a time, and written only where there is something to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.compiled import ConnectorConfig
from tenants.bulk import insert_many
from tenants.storable import storable
from workflows.engine.clock import database_now
from workflows.models import SyncItem

State = SyncItem.State

#: The first wait after a failure; each later one is twice as long, up to a day. After so many tries a person has to act.
FIRST_WAIT, LONGEST_WAIT, MOST_TRIES = timedelta(minutes=5), timedelta(days=1), 40

_LONGEST = {"key": 200, "part": 100, "external_id": 200}
_NEW = ("item_id", "external_id", "state", "reason", "checksum", "document", "tries")
_TIMES = ("succeeded_at", "failed_at", "next_try_at", "seen_at")

Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one item. `changed` tells that something was written on either side; `document` is kept so that it can
    be tried again, `again_at` when a skipped one is to be looked at again."""

    key: str
    part: str = ""
    state: str = State.SYNCED
    reason: str = ""
    external_id: str = ""
    item_id: int | None = None
    checksum: str = ""
    document: Mapping[str, Any] | None = None
    changed: bool = False
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The rows of one connector, kind and direction; with a `part` those of that list or location only."""

    config: ConnectorConfig
    kind: str
    direction: str
    part: str | None = None

    @property
    def rows(self) -> Any:
        rows = SyncItem.objects.filter(connector_id=self.config.id, kind=self.kind, direction=self.direction)
        return rows if self.part is None else rows.filter(part=_cut("part", self.part))

    def known(self, keys: Iterable[str]) -> dict[Place, SyncItem]:
        found = self.rows.filter(key__in={_cut("key", key) for key in keys}).defer("document")
        return {(row.key, row.part): row for row in found}

    def due(self, most: int) -> list[SyncItem]:
        """Items to try again now, those that wait longest first."""
        rows = self.rows.filter(next_try_at__lte=database_now())
        return list(rows.order_by("next_try_at", "pk")[:most])

    def remember(self, told: Sequence[Told], *, everything: bool = False) -> None:
        """Write what is news about these items, or all of it, in two statements."""
        if not told:
            return
        known = self.known({item.key for item in told})
        now = database_now()
        written = {}
        for item in told:
            place = (_cut("key", item.key), _cut("part", item.part))
            row = known.get(place)
            if everything or row is None or _is_news(row, item):
                written[place] = self._row(place, row, item, now)
        rows = [written[place] for place in sorted(written)]
        insert_many(
            SyncItem,
            rows,
            unique=["connector_id", "kind", "direction", "key", "part"],
            update=[*_NEW, *_TIMES],
        )

    def unseen(self, before: datetime) -> Any:
        """Rows that a full compare which began then has not come across, but not those that were gone already."""
        return self.rows.filter(seen_at__lt=before).exclude(state=State.GONE)

    def mark_gone(self, before: datetime, reason: str) -> int:
        return int(
            self.unseen(before).update(state=State.GONE, reason=reason, next_try_at=None, document=None)
        )

    def _row(self, place: Place, row: SyncItem | None, item: Told, now: datetime) -> dict[str, Any]:
        key, part = place
        failed = item.state == State.FAILED
        tries = (row.tries if row else 0) + 1 if failed else 0
        return {
            "tenant_id": self.config.tenant_id,
            "connector_id": self.config.id,
            "kind": self.kind,
            "direction": self.direction,
            "key": key,
            "part": part,
            "item_id": item.item_id or (row.item_id if row else None),
            "external_id": _cut("external_id", item.external_id) or (row.external_id if row else ""),
            "state": str(item.state),
            "reason": item.reason,
            "checksum": item.checksum,
            "document": dict(item.document) if item.document else None,
            "tries": tries,
            "succeeded_at": now if item.state == State.SYNCED else row and row.succeeded_at,
            "failed_at": now if failed else row and row.failed_at,
            "next_try_at": now + wait(tries) if failed and tries < MOST_TRIES else item.again_at,
            "seen_at": now,
        }


def wait(tries: int) -> timedelta:
    """Until the next try after so many failures."""
    return min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)


def _is_news(row: SyncItem, item: Told) -> bool:
    if item.changed or item.state == State.FAILED or row.tries:
        return True
    if item.item_id and item.item_id != row.item_id:
        return True
    if item.external_id and item.external_id != row.external_id:
        return True
    return (row.state, row.reason, row.checksum) != (item.state, item.reason, item.checksum)


def _cut(name: str, text: str) -> str:
    return storable(text)[: _LONGEST[name]]
