"""Claiming lanes: who drives which order. A claim is a row update under a row lock; a fence number guards completion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tenants.kept import Kept
from workflows.engine.due import UNBOUNDED, Bounds, first_due
from workflows.models import Lane, StepRun, WorkflowRun


@dataclass(slots=True)
class Ticket:
    """A claimed lane in the worker's memory. `step` is in flight; `queue` are the order's other open runs, oldest first.

    `waits_for` is the connector that it waited for; None once it has gone on.
    """

    order_id: int
    tenant_id: int
    fence: int
    bell: int
    number: str = ""
    orphaned: bool = False
    run: WorkflowRun | None = None
    steps: list[StepRun] = field(default_factory=list)
    queue: list[WorkflowRun] = field(default_factory=list)
    detached: list[StepRun] = field(default_factory=list)
    step: StepRun | None = None
    context: Any = None
    waits_for: int | None = None


def claim(worker: UUID, limit: int, now: datetime, bounds: Bounds = UNBOUNDED) -> list[tuple[Ticket, Lane]]:
    """Claim up to `limit` due lanes within these bounds, the longest due first. Call in a transaction."""
    lanes = first_due(now, bounds, limit)
    if not lanes:
        return []
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(lanes))
        cursor.execute(
            f"UPDATE workflows_lane SET claimed_by = %s, fence = fence + 1 WHERE order_id IN ({marks})",  # noqa: S608
            [_CLAIMED_BY.get_db_prep_value(worker, connection), *(lane.pk for lane in lanes)],
        )
    return [(_ticket(lane), lane) for lane in lanes]


_CLAIMED_BY = Lane._meta.get_field("claimed_by")


def _ticket(lane: Lane) -> Ticket:
    orphaned = lane.claimed_by is not None
    lane.fence += 1
    return Ticket(lane.pk, lane.tenant_id, lane.fence, lane.bell, orphaned=orphaned, waits_for=lane.waits_for)


def still_held(worker: UUID, tickets: Sequence[Ticket]) -> dict[int, Lane]:
    """Lock the lanes of these tickets and return those whose fence is still ours, by order id."""
    lanes = {lane.pk: lane for lane in _held(sorted(ticket.order_id for ticket in tickets), worker)}
    fences = {ticket.order_id: ticket.fence for ticket in tickets}
    return {pk: lane for pk, lane in lanes.items() if lane.fence == fences[pk]}


_held = Kept(
    lambda ids, worker: Lane.objects.select_for_update().filter(pk__in=ids, claimed_by=worker).order_by("pk")
)
