"""How a leg and a run end, on the run's row and on its task: progress, success, failure, another try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connectors.calls import Outcome
from eventlog import store as eventlog
from eventlog.events import Category
from eventlog.events import Outcome as Shown
from workflows.engine import policy
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules.types import Progress

#: Remarks about single items that a run keeps; the rest is counted.
MOST_REMARKS = 10

_ORDER = {
    name: place
    for place, name in enumerate(("read", "sent", "new", "updated", "unchanged", "skipped", "failed", "gone"))
}

#: What becomes of items that go out.
_OUTGOING = ("sent", "unchanged", "skipped", "failed")

_State = ScheduledRun.State
_PROGRESS = [
    "counts",
    "total",
    "cursor_after",
    "waymark",
    "pages",
    "attempts",
    "deaths",
    "pending",
    "message",
]
_END = ["state", "message", "claimed_by", "due_at", "finished_at", "attempts"]


def keep(run: ScheduledRun, progress: Progress) -> None:
    """Store how far the run is; a worker that takes it over goes on from here."""
    run.counts = _added(run.counts, progress.counts)
    run.total = run.total if progress.total is None else progress.total
    run.message = _remarks(run.message, progress.remarks)
    run.cursor_after = progress.cursor
    run.waymark = run.waymark if progress.waymark is None else progress.waymark
    run.pages += 1
    run.attempts = run.deaths = 0
    run.pending = {}
    run.save(update_fields=_PROGRESS)
    ScheduledTask.objects.filter(pk=run.task_id).update(cursor=progress.cursor)


def move(run: ScheduledRun, cursor: str) -> None:
    """Have later runs go on from this cursor."""
    run.cursor_after = cursor
    run.save(update_fields=["cursor_after"])
    ScheduledTask.objects.filter(pk=run.task_id).update(cursor=cursor)


def succeed(run: ScheduledRun, now: datetime) -> None:
    end(run, _State.SUCCEEDED, run.message, now)
    ScheduledTask.objects.filter(pk=run.task_id).update(succeeded_at=now, last_error="", last_error_at=None)
    if any(run.counts.values()):
        _tell(run, Category.INFORMATION, counted(run.counts), Shown.WARNING if run.message else Shown.SUCCESS)


def fail(run: ScheduledRun, text: str, now: datetime) -> None:
    end(run, _State.FAILED, text, now)
    _show_error(run, text, now)
    _tell(run, Category.ERROR, text, Shown.ERROR)


def end(run: ScheduledRun, state: str, message: str, now: datetime) -> None:
    run.state, run.message, run.finished_at = state, message, now
    run.claimed_by = run.due_at = None
    run.save(update_fields=_END)


def not_succeeded(run: ScheduledRun, outcome: Outcome, now: datetime) -> None:
    """A passing failure is tried again, unless the next slot comes first and does that anyway."""
    run.attempts += not policy.were_held([outcome])
    due = policy.next_try(run.attempts, [outcome], now)
    latest = run.task.next_due_at or (run.started_at or now) + policy.RETRY_FOR
    if not policy.is_hopeful(outcome):
        fail(run, outcome.message, now)
    elif due >= latest:
        fail(run, f"{outcome.message} (the next run tries again)", now)
    else:
        put_off(run, now, due - now, f"{outcome.message} (is tried again by itself)")
        _show_error(run, run.message, now)


def put_off(run: ScheduledRun, now: datetime, wait: timedelta = timedelta(0), message: str = "") -> None:
    """Give the run back, due again after `wait`."""
    run.state, run.due_at, run.claimed_by = _State.QUEUED, now + wait, None
    run.message = message or run.message
    run.save(update_fields=_END)


def counted(counts: Mapping[str, int]) -> str:
    """Such as "3 read, 2 new, 1 failed"; a database does not keep the order in which counts came."""
    names = sorted(counts, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))
    return ", ".join(f"{counts[name]:,} {name}" for name in names if counts[name]) or "nothing to do"


def progress(run: ScheduledRun) -> str:
    """What a run has done, and how far it is while it goes on: "12,300 of 100,000 (12 %): 12,300 read, 7 new"."""
    done, told = gone_through(run.counts), counted(run.counts)
    if not run.total or run.state not in run.OPEN:
        return told
    return f"{done:,} of {run.total:,} ({min(done * 100 // run.total, 100)} %): {told}"


def gone_through(counts: Mapping[str, int]) -> int:
    """Items that a run has come across."""
    return counts.get("read") or sum(counts.get(name, 0) for name in _OUTGOING)


def _added(total: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: total.get(name, 0) + more.get(name, 0) for name in {**total, **more}}


def _remarks(message: str, more: Sequence[str]) -> str:
    lines = message.splitlines()
    return "\n".join([*lines, *more][:MOST_REMARKS])


def _show_error(run: ScheduledRun, text: str, now: datetime) -> None:
    ScheduledTask.objects.filter(pk=run.task_id).update(last_error=text, last_error_at=now)


def _tell(run: ScheduledRun, category: Category, text: str, shown: Shown) -> None:
    eventlog.record(
        category,
        f"Scheduled task {run.task.name}: {text}",
        tenant_id=run.tenant_id,
        outcome=shown,
        connector_id=run.task.connector_id,
        operation=run.task.type,
        actor=run.actor,
    )
