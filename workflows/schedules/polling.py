"""What tasks share that ask a provider about one thing after the other, such as parcels under way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

from connectors.calls import CallSpec
from connectors.errors import Misconfigured, Rejected
from workflows.schedules.types import Leg, Progress, TaskContext, TaskType


class Polling(TaskType):
    """Goes through the rows in the order of their keys, one call each. The cursor is the key of the last one; a run
    that has come to the end leaves it empty, so that the next one begins anew. After a row over which a run has failed the
    next run goes on with the row behind it."""

    @abstractmethod
    def rows(self, context: TaskContext) -> QuerySet[Any]:
        """All that is to be asked about, of the tenant in scope."""

    @abstractmethod
    def call(self, context: TaskContext, row: Any) -> CallSpec:
        """The question. Raises Misconfigured."""

    @abstractmethod
    def take(self, context: TaskContext, key: int, result: Any) -> Mapping[str, int]:
        """Store the answer about the row with this key; returns counts."""

    def about(self, row: Any) -> Mapping[str, Any]:
        """What of the row the question is about (JSON), for `take` to find in `pending`."""
        return {}

    def plan(self, context: TaskContext) -> Leg | None:
        rows = self.rows(context).order_by("pk")
        row: Model | None = rows.filter(pk__gt=int(context.cursor or 0)).first()
        if row is None and context.cursor and not context.pages:
            # The run before failed over the last one.
            row = rows.first()
        if row is None:
            return Leg() if context.cursor else None
        try:
            return Leg(call=self.call(context, row), pending={"key": row.pk, **self.about(row)})
        except Misconfigured as error:
            return Leg(pending={"key": row.pk, "problem": error.message})

    def store(self, context: TaskContext, result: Any) -> Progress:
        key = context.pending.get("key")
        if key is None:
            return Progress(cursor="")
        if problem := context.pending.get("problem"):
            return self._failed(context, problem)
        return Progress(cursor=str(key), more=True, counts={"asked": 1, **self.take(context, key, result)})

    def refused(self, context: TaskContext, error: Rejected) -> Progress | None:
        """What the provider does not know keeps nobody from asking about the next."""
        return self._failed(context, error.message)

    def _failed(self, context: TaskContext, problem: str) -> Progress:
        key = context.pending["key"]
        remark = f"{self.name_of(context, key)}: {problem}"
        return Progress(cursor=str(key), more=True, counts={"asked": 1, "failed": 1}, remarks=(remark,))

    def behind(self, pending: Mapping[str, Any]) -> str | None:
        return str(pending["key"]) if "key" in pending else None

    def name_of(self, context: TaskContext, key: int) -> str:
        """What staff call the row."""
        return str(self.rows(context).model._default_manager.get(pk=key))
