"""One leg of a run after the other: store what the last call brought together with the cursor, then plan the next.

Everything here happens in the slice's database thread, in short transactions, and never touches the network.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from connectors.calls import CallContext, CallSpec, Ending, Outcome, Prepared
from connectors.effects import Busy, close_effects, open_effects
from connectors.errors import Misconfigured, Rejected
from connectors.runtime import runtime
from tenants.scoping import tenant_scope
from workflows.engine.policy import DEATHS_ALLOWED
from workflows.models import ScheduledRun
from workflows.schedules import claim, ending, types
from workflows.schedules.checks import compiled, connector_of
from workflows.schedules.types import Progress, TaskContext, TaskFailed, TaskType, UnknownTaskType

log = logging.getLogger(__name__)

#: Another call on the same object is under way; look again after this time.
_BUSY_WAIT = timedelta(seconds=5)

_Act = Callable[["Ticket", ScheduledRun, datetime], Prepared | None]


@dataclass(slots=True)
class Ticket:
    """A claimed run in the worker's memory. `outcome` is what its last call came to, until that is stored; `page`
    is the leg that this was for. `over` tells that the run has ended, was put off, or is somebody else's by now."""

    run_id: int
    tenant_id: int
    slice_id: UUID
    fence: int
    outcome: Outcome | None = None
    page: int = 0
    over: bool = False


def store(ticket: Ticket, now: datetime) -> None:
    """Store what the ticket's call came to. Raises OperationalError, InterfaceError; then nothing is stored."""
    _guarded(ticket, now, _store)
    ticket.outcome = None


def plan(ticket: Ticket, now: datetime) -> Prepared | None:
    """The next call to make, its Effect committed; None when there was none to make. Raises as `store`."""
    return _guarded(ticket, now, _plan)


def let_go(ticket: Ticket, now: datetime) -> None:
    """The slice ends: leave the run due where it stands. Raises as `store`."""
    _guarded(ticket, now, _let_go)


def _guarded(ticket: Ticket, now: datetime, act: _Act) -> Prepared | None:
    """`act` in a transaction on the locked run, if that is still ours. What it refuses fails the run."""
    with tenant_scope(ticket.tenant_id):
        try:
            return _in_transaction(ticket, now, act)
        except (OperationalError, InterfaceError):
            raise
        except (TaskFailed, UnknownTaskType, Misconfigured) as error:
            text = str(error)
        except Exception:
            log.exception("run %d of a scheduled task cannot go on", ticket.run_id)
            text = "Internal error; the log has the details"
        return _in_transaction(ticket, now, _failing(text))


def _in_transaction(ticket: Ticket, now: datetime, act: _Act) -> Prepared | None:
    with transaction.atomic():
        if ticket.outcome is not None:
            close_effects([ticket.outcome])
        run = claim.held(ticket.run_id, ticket.slice_id, ticket.fence)
        prepared = act(ticket, run, now) if run else None
        ticket.over = run is None or run.state != ScheduledRun.State.RUNNING
        return prepared


def _store(ticket: Ticket, run: ScheduledRun, now: datetime) -> None:
    outcome = ticket.outcome
    assert outcome is not None
    if run.pages != ticket.page:
        # Stored already: the database was gone before it could say so.
        return
    kind = types.get(run.task.type)
    context = _context(run, kind)
    if outcome.ending is Ending.SUCCEEDED:
        _keep(run, kind.store(context, outcome.result), now)
        return
    refusal = outcome.error if isinstance(outcome.error, Rejected) else None
    progress = kind.refused(context, refusal) if refusal and not outcome.needs_person else None
    if progress is None:
        ending.not_succeeded(run, outcome, now)
        _pass_over(run)
    else:
        _keep(run, progress, now)


def _plan(ticket: Ticket, run: ScheduledRun, now: datetime) -> Prepared | None:
    if run.deaths >= DEATHS_ALLOWED:
        raise TaskFailed(
            f"Parked: its worker died {DEATHS_ALLOWED} times over the same page; the log has more"
        )
    if not run.task.tenant.is_active or (run.trigger == run.Trigger.SCHEDULE and not run.task.active):
        ending.end(
            run, run.State.SKIPPED, "The task was switched off; switched on, it goes on from its cursor", now
        )
        return None
    kind = types.get(run.task.type)
    context = _context(run, kind)
    leg = kind.plan(context)
    if leg is None:
        ending.succeed(run, now)
        return None
    run.pending, ticket.page = dict(leg.pending), run.pages
    if leg.call is not None:
        return _open(run, kind, leg.call, now)
    _keep(run, kind.store(_context(run, kind), None), now)
    return None


def _let_go(ticket: Ticket, run: ScheduledRun, now: datetime) -> None:
    ending.put_off(run, now)


def _failing(text: str) -> _Act:
    def act(ticket: Ticket, run: ScheduledRun, now: datetime) -> None:
        ending.fail(run, text, now)
        _pass_over(run)

    return act


def _pass_over(run: ScheduledRun) -> None:
    """After a run that has failed the next one need not begin with the very thing that it failed over."""
    try:
        kind = types.get(run.task.type)
    except UnknownTaskType:
        return
    cursor = kind.behind(run.pending) if run.state == ScheduledRun.State.FAILED else None
    if cursor is not None:
        ending.move(run, cursor)


def _open(run: ScheduledRun, kind: TaskType, call: CallSpec, now: datetime) -> Prepared | None:
    """Commit-to-be the effect of a write, with what was planned, so that a takeover repeats the very same."""
    where = CallContext(actor=run.actor or f"Scheduled task {run.task.name}", step=run.task.name[:80])
    (opened,) = open_effects([(call, where, f"task-run:{run.pk}:{run.pages}")], owner=str(run.claimed_by))
    if isinstance(opened, Prepared):
        run.save(update_fields=["pending"])
        return opened
    if isinstance(opened, Busy):
        ending.put_off(run, now, _BUSY_WAIT)
        return None
    _keep(run, kind.store(_context(run, kind), None), now)
    return None


def _keep(run: ScheduledRun, progress: Progress, now: datetime) -> None:
    ending.keep(run, progress)
    if not progress.more:
        ending.succeed(run, now)


def _context(run: ScheduledRun, kind: TaskType) -> TaskContext:
    """Raises Misconfigured."""
    live = runtime(run.tenant_id)
    return TaskContext(
        task_id=run.task_id,
        run_id=run.pk,
        name=run.task.name,
        properties=compiled(kind, run.task.properties),
        runtime=live,
        connector=connector_of(kind, run.task.connector_id, live),
        cursor=run.cursor_after,
        pages=run.pages,
        pending=run.pending,
        actor=run.actor,
        counts=run.counts,
        waymark=run.waymark,
    )
