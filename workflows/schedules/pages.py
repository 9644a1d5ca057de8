"""What tasks that read page by page share."""

from __future__ import annotations

import hashlib

from connectors import registry
from connectors.calls import CallSpec
from connectors.errors import Rejected
from workflows.schedules.types import Progress, TaskContext, TaskFailed, TaskType

#: What a run counts that has begun anew behind what was read for sure; it does so once.
_ANEW = "begun anew"


class Reading(TaskType):
    """Base of the tasks that read page by page, each one behind the vendor's cursor of the one before."""

    def at(self, context: TaskContext) -> str:
        """The vendor's cursor that the next page is asked for with."""
        return context.cursor

    def back_at(self, context: TaskContext, cursor: str) -> str:
        """The task's cursor with this one of the vendor's."""
        return cursor

    def refused(self, context: TaskContext, error: Rejected) -> Progress | None:
        """Vendors forget their pages after a while, and lists get shorter: then the pages are begun anew, instead of being
        asked for with the same cursor by every run to come."""
        assert context.connector is not None
        if _ANEW in context.counts:
            return None
        here = self.at(context)
        try:
            start = registry.get(context.connector.slug).begun_anew(self.operation, here)
        except Rejected:
            return None
        if start == here:
            return None
        remark = f"The page to go on with was refused ({error.message}); the reading began anew before it"
        return Progress(
            cursor=self.back_at(context, start), more=True, counts={_ANEW: 1}, remarks=(remark,), waymark=""
        )


def read_call(context: TaskContext, operation: str) -> CallSpec:
    """Ask the connector for the page after the cursor."""
    assert context.connector is not None
    return CallSpec(
        connector=context.connector,
        operation=operation,
        subject=f"task:{context.task_id}",
        request=context.cursor,
        write=False,
    )


def went_on(context: TaskContext, cursor: str, more: bool, at: str | None = None) -> str:
    """The waymark to keep behind this page. `at` is the vendor's cursor that was asked with, where the task's own holds
    more than that.

    Raises TaskFailed for a page that says there is more but leads nowhere, or back to where the run was before: that would
    be read for ever. One cursor is kept in mind, a later one after each doubling of the pages, so that a circle of any
    length comes upon it.
    """
    if more and cursor in {"", context.cursor if at is None else at}:
        raise TaskFailed(
            "The provider says that there is more, but its cursor stands still; look at its answers in the Event Log"
        )
    mark = hashlib.sha256(cursor.encode()).hexdigest()
    if more and mark == context.waymark:
        raise TaskFailed(
            "The provider's pages lead in a circle: its cursor is one that this run has read behind already; look at its "
            "answers in the Event Log"
        )
    pages = context.pages + 1
    return mark if pages & context.pages == 0 else context.waymark
