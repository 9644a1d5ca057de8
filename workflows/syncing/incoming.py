"""What every import of products, prices and customers does: pages, full compares, and another try for what failed."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import CatalogPage
from connectors.schema import Boolean, Settings
from workflows.models import SyncItem
from workflows.schedules.pages import Reading, went_on
from workflows.schedules.types import Leg, Progress, TaskContext
from workflows.syncing import records
from workflows.syncing.memory import Ledger, State, Told
from workflows.syncing.standing import Standing

log = logging.getLogger(__name__)

#: Failed items that are tried again in one leg.
AGAIN = 100


class ImportRules(Settings):
    full = Boolean(
        "Full",
        key="Full",
        required=False,
        default=False,
        help="Each run reads everything from the beginning and marks what is gone there, for a second task at night.",
    )


@dataclass(slots=True)
class Taken:
    """`counts` by what became of the records; `told` is one for each item."""

    told: list[Told]
    counts: Counter[str]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Failures, and what was left out, in words for staff."""
        bad = (item for item in self.told if item.state == State.FAILED)
        return tuple(f"{item.key}: {item.reason}" for item in bad)


class ImportTask(Reading):
    """Base of the imports. `record` is what a page holds."""

    kind: ClassVar[str]
    record: ClassVar[type[Any]]

    @abstractmethod
    def take(self, connector: ConnectorConfig, items: Sequence[Any], rules: Any) -> Taken:
        """Write records in a fixed number of statements; one that cannot be taken stops no other."""

    def gone(self, unseen: Any, rules: Any) -> Mapping[str, int]:
        """What follows for ours from rows that are about to be marked as gone; counts."""
        return {}

    def full_cursor(self) -> str:
        return str(Standing.compare())

    def at(self, context: TaskContext) -> str:
        return Standing.of(context).at

    def back_at(self, context: TaskContext, cursor: str) -> str:
        return str(replace(Standing.of(context), at=cursor))

    def plan(self, context: TaskContext) -> Leg:
        """Before each page, what failed earlier and is due again."""
        due = self._ledger(context).due(AGAIN)
        if due:
            return Leg(pending={"again": [row.pk for row in due]})
        connector = _connector(context)
        call = CallSpec(
            connector=connector,
            operation=self.operation,
            subject=f"task:{context.task_id}",
            request=Standing.of(context).at,
            write=False,
        )
        return Leg(call=call)

    def store(self, context: TaskContext, result: Any) -> Progress:
        standing = Standing.of(context)
        if result is None:
            return self._again(context, standing)
        page: CatalogPage[Any] = result
        waymark = went_on(context, page.cursor, page.more, at=standing.at)
        taken = self.take(_connector(context), page.items, context.properties)
        self._ledger(context).remember(taken.told, everything=standing.is_full)
        behind = standing.behind(page.cursor or standing.at, len(page.items))
        counts = Counter({"read": len(page.items)}) + taken.counts
        remarks = list(taken.remarks)
        if behind.is_full and not page.more:
            counts += self._end(context, behind, remarks)
            behind = Standing(behind.at)
        return Progress(
            cursor=str(behind),
            more=page.more,
            counts=counts,
            remarks=tuple(remarks),
            total=page.total,
            waymark=waymark,
        )

    def _again(self, context: TaskContext, standing: Standing) -> Progress:
        """Failed records as they came last."""
        rows = list(self._ledger(context).rows.filter(pk__in=context.pending["again"]))
        items = [item for row in rows if (item := self._loaded(row)) is not None]
        taken = self.take(_connector(context), items, context.properties)
        self._ledger(context).remember(taken.told, everything=True)
        left = {(row.key, row.part) for row in rows} - {(item.key, item.part) for item in taken.told}
        _let_rest(rows, left)
        fixed = sum(item.state == State.SYNCED for item in taken.told)
        return Progress(cursor=str(standing), more=True, counts={"tried again": len(items), "mended": fixed})

    def _loaded(self, row: SyncItem) -> Any:
        """What was kept of a failed item; None where there is nothing, or what an older version wrote otherwise."""
        try:
            return records.load(self.record, row.document) if row.document else None
        except (TypeError, ValueError, LookupError):
            log.exception("what was kept of %s cannot be read", row.pk)
            return None

    def _end(self, context: TaskContext, standing: Standing, remarks: list[str]) -> Counter[str]:
        """The last page of a full compare was read: mark what it has not come across."""
        assert standing.began is not None
        connector = _connector(context)
        if not standing.read:
            remarks.append("The full compare found nothing at all; nothing was marked as gone")
            return Counter()
        reason = f"{connector.display_name or connector.name} has it no more"
        ledger = self._ledger(context)
        done = self.gone(ledger.unseen(standing.began), context.properties)
        return Counter({**done, "gone": ledger.mark_gone(standing.began, reason)})

    def _ledger(self, context: TaskContext) -> Ledger:
        return Ledger(_connector(context), self.kind, SyncItem.Direction.IN)


def counted(told: Sequence[Told], new: set[str]) -> Counter[str]:
    """By what became of the items; `new` are the keys of those that were made here."""
    counts: Counter[str] = Counter()
    for item in told:
        if item.state in {State.FAILED, State.SKIPPED, State.GONE}:
            counts[str(item.state)] += 1
        elif item.key in new:
            counts["new"] += 1
        else:
            counts["updated" if item.changed else "unchanged"] += 1
    return counts


def _let_rest(rows: Sequence[SyncItem], places: set[tuple[str, str]]) -> None:
    """Rows whose record told of another item than before, or that have none: never to be tried for ever."""
    ids = [row.pk for row in rows if (row.key, row.part) in places]
    if ids:
        SyncItem.objects.filter(pk__in=ids).update(next_try_at=None)


def _connector(context: TaskContext) -> ConnectorConfig:
    assert context.connector is not None
    return context.connector
