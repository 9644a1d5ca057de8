"""What every export of products, prices and customers does: what changed since it was last sent, in batches, each written
down before it is sent, with an answer for each item."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet

from connectors import registry
from connectors.calls import CallSpec
from connectors.compiled import ConnectorConfig
from connectors.contracts.catalog import BatchResult
from connectors.errors import Rejected
from workflows.engine.clock import database_now
from workflows.models import SyncItem
from workflows.schedules.types import Leg, Progress, TaskContext, TaskType
from workflows.stock.sending import Place
from workflows.syncing import answers, records
from workflows.syncing.batches import (
    LARGEST_BATCH,
    Outgoing,
    grown,
    is_news,
    later,
    sorted_out,
)
from workflows.syncing.memory import Ledger, State, Told
from workflows.syncing.standing import Standing

#: Rows that one leg looks at, so that a leg stays short where little has changed.
SCAN = 500


class ExportTask(TaskType):
    """Base of the exports. `record` is what a batch holds, `most` the implementation's attribute that says how many."""

    kind: ClassVar[str]
    record: ClassVar[type[Any]]
    most: ClassVar[str]

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Everything of ours, of a model with `modified_at`."""

    @abstractmethod
    def outgoing(self, row: Any, context: TaskContext) -> Outgoing | None:
        """As it would be sent; None for what is no business of the other side's."""

    @abstractmethod
    def keys_of(self, keys: Sequence[SyncItem]) -> QuerySet[Any]:
        """Of ours, those that these rows tell of."""

    def part(self, context: TaskContext) -> str:
        """The list that the task sends to; what other tasks send to others is left to them."""
        return ""

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Any:
        if not 1 <= properties.batch_size <= LARGEST_BATCH:
            yield f"BatchSize: use a number from 1 to {LARGEST_BATCH}."

    def full_cursor(self) -> str:
        return str(Standing.compare())

    def plan(self, context: TaskContext) -> Leg | None:
        """The batch is kept with the run, so that a worker that takes over sends the very same one again."""
        pending = dict(context.pending) or self._again(context) or self._batch(context)
        if not pending:
            return None
        if not pending.get("items"):
            return Leg(pending=pending)
        call = CallSpec(
            connector=_connector(context),
            operation=self.operation,
            subject=f"task-run:{context.run_id}:{context.pages}",
            request=tuple(records.load(self.record, item["record"]) for item in pending["items"]),
        )
        return Leg(call=call, pending=pending)

    def store(self, context: TaskContext, result: Any) -> Progress:
        pending, ledger = context.pending, self._ledger(context)
        if pending.get("over"):
            return self._end(context, ledger)
        result = BatchResult(items=()) if result is None else result
        told = answers.told(pending.get("items") or (), result)
        broken = [Told(**item) for item in pending.get("broken") or ()]
        ledger.remember([*told, *broken])
        answers.keep_ids(self.rows().model, told, _source(context))
        counts = answers.counted(told, result) + answers.counted(broken, BatchResult(items=()))
        counts += Counter({"unchanged": pending.get("unchanged", 0)})
        bad = (item for item in [*told, *broken] if item.state == State.FAILED)
        return Progress(
            cursor=pending["cursor"],
            more=True,
            counts=counts,
            remarks=tuple(f"{item.key}: {item.reason}" for item in bad),
            total=pending.get("total"),
        )

    def refused(self, context: TaskContext, error: Rejected) -> Progress:
        """One item that is not taken must not hold up the others: halve the batch down to the culprit."""
        items = context.pending["items"]
        standing = Standing.of(context)
        if len(items) > 1:
            again = replace(Place.read(standing.at), size=len(items) // 2)
            return Progress(cursor=str(replace(standing, at=str(again))), more=True)
        told = answers.refused(items[0], error.message)
        self._ledger(context).remember([told])
        return Progress(
            cursor=context.pending["cursor"],
            more=True,
            counts={"failed": 1},
            remarks=(f"{told.key}: {told.reason}",),
        )

    def _again(self, context: TaskContext) -> dict[str, Any]:
        """What failed earlier and is due again, as it is now."""
        standing = Standing.of(context)
        place = Place.read(standing.at)
        due = self._ledger(context).due(self._size(context, place))
        if not due:
            return {}
        found = {(item.key, item.part): item for item in self._all(self.keys_of(due), context)}
        wanted = [found[row.key, row.part] for row in due if (row.key, row.part) in found]
        answers.let_rest([row for row in due if (row.key, row.part) not in found])
        after = grown(place, self._most(context))
        return {
            **sorted_out(wanted),
            "cursor": str(replace(standing, at=str(after) if standing.at or after.size else "")),
            "total": self._total(context, place),
        }

    def _batch(self, context: TaskContext) -> dict[str, Any]:
        standing = Standing.of(context)
        place = Place.read(standing.at)
        rows = list(later(self.rows(), place)[:SCAN])
        if not rows:
            return {"over": True} if standing.is_full else {}
        size = self._size(context, place)
        chosen, last, unchanged = self._chosen(rows, size, context)
        end = Place(last.modified_at, last.pk, grown(place, self._most(context)).size)
        return {
            **sorted_out(chosen),
            "unchanged": unchanged,
            "cursor": str(standing.behind(str(end), len(rows))),
            "total": self._total(context, place),
        }

    def _total(self, context: TaskContext, place: Place) -> int | None:
        """Told once a run."""
        return None if context.pages else later(self.rows(), place).count()

    def _chosen(
        self, rows: Sequence[Any], size: int, context: TaskContext
    ) -> tuple[list[Outgoing], Any, int]:
        """Those that say something else than what was sent last, up to a batch; the row that was looked at last."""
        outgoing = {row.pk: self.outgoing(row, context) for row in rows}
        ledger = self._ledger(context)
        known = ledger.known(item.key for item in outgoing.values() if item)
        chosen: list[Outgoing] = []
        unchanged = 0
        for row in rows:
            item = outgoing[row.pk]
            if item is not None and is_news(known.get((item.key, item.part)), item):
                chosen.append(item)
            else:
                unchanged += item is not None
            if len(chosen) == size:
                return chosen, row, unchanged
        return chosen, rows[-1], unchanged

    def _end(self, context: TaskContext, ledger: Ledger) -> Progress:
        """The end of a full compare: what was sent once and is no more here."""
        standing = Standing.of(context)
        lost = ledger.rows.exclude(state=State.GONE).exclude(item_id__in=self.rows().values("pk"))
        gone = lost.update(
            state=State.GONE,
            reason="Deleted here; take it off over there by hand",
            next_try_at=None,
            seen_at=database_now(),
        )
        return Progress(cursor=standing.at, more=False, counts={"gone": gone})

    def _all(self, rows: QuerySet[Any], context: TaskContext) -> list[Outgoing]:
        return [item for row in rows if (item := self.outgoing(row, context))]

    def _size(self, context: TaskContext, place: Place) -> int:
        return place.size or self._most(context)

    def _most(self, context: TaskContext) -> int:
        implementation = registry.get(_connector(context).slug)
        return min(getattr(implementation, self.most), context.properties.batch_size)

    def _ledger(self, context: TaskContext) -> Ledger:
        return Ledger(_connector(context), self.kind, SyncItem.Direction.OUT, self.part(context))


def _source(context: TaskContext) -> str:
    connector = _connector(context)
    return connector.connector_id or connector.name


def _connector(context: TaskContext) -> ConnectorConfig:
    assert context.connector is not None
    return context.connector
