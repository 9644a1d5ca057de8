"""What tasks that read page by page share."""

from __future__ import annotations

from connectors.calls import CallSpec
from workflows.schedules.types import TaskContext, TaskFailed


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


def went_on(context: TaskContext, cursor: str, more: bool, at: str | None = None) -> None:
    """Raises TaskFailed for a page that says there is more but leads nowhere, which would be read for ever. `at` is the
    vendor's cursor that was asked with, where the task's own holds more than that."""
    if more and cursor in {"", context.cursor if at is None else at}:
        raise TaskFailed(
            "The provider says that there is more, but its cursor stands still; look at its answers in the Event Log"
        )
