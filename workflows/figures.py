"""How a tenant's orders and runs go, for the first page: each answer reads a bounded number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import TruncHour

from tenants.models import Tenant
from workflows.models import Order, RunState, WorkflowRun

#: More orders of a status than this are not counted, and of runs no more than the newest so many are looked at.
MOST_ORDERS, MOST_RUNS = 1_000, 20_000

COMPLETED, TROUBLED, STOPPED, OPEN = "completed", "completed with errors", "stopped", "under way"


class _CountUpTo(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def orders_by_status(tenant_id: int, statuses: Sequence[str]) -> dict[str, int]:
    """At most MOST_ORDERS + 1 of each, in one statement."""
    if not statuses:
        return {}
    counts = {
        f"status_{number}": _CountUpTo(
            Order.objects.filter(status=name).order_by().values("pk")[: MOST_ORDERS + 1]
        )
        for number, name in enumerate(statuses)
    }
    found = Tenant.objects.filter(pk=tenant_id).annotate(**counts).values(*counts).get()
    return dict(zip(statuses, found.values(), strict=True))


def runs_over_time(since: datetime, hours: int) -> dict[datetime, dict[str, int]]:
    """Runs by the beginning of their span of so many hours, and by what became of them. Superseded ones never ran."""
    newest = WorkflowRun.objects.order_by("-id").values("pk")[:MOST_RUNS]
    rows = (
        WorkflowRun.objects.filter(pk__in=newest, created_at__gte=since)
        .exclude(state=RunState.SUPERSEDED)
        .annotate(hour=TruncHour("created_at"), what=_WHAT)
        .order_by()
        .values("hour", "what")
        .annotate(number=Count("pk"))
    )
    found: dict[datetime, dict[str, int]] = {}
    for row in rows:
        begin = since + timedelta(hours=((row["hour"] - since) // timedelta(hours=hours)) * hours)
        counts = found.setdefault(begin, {})
        counts[row["what"]] = counts.get(row["what"], 0) + row["number"]
    return found


_WHAT: Any = Case(
    When(state=RunState.STOPPED, then=Value(STOPPED)),
    When(Q(state=RunState.COMPLETED) & Q(message=""), then=Value(COMPLETED)),
    When(state=RunState.COMPLETED, then=Value(TROUBLED)),
    default=Value(OPEN),
    output_field=CharField(),
)


def stopped_runs() -> QuerySet[WorkflowRun]:
    """Those that wait for a person: nothing has run for their order since."""
    later = WorkflowRun.objects.filter(order=OuterRef("order"), pk__gt=OuterRef("pk"))
    return WorkflowRun.objects.filter(~Exists(later), state=RunState.STOPPED)


def empty_counts() -> Mapping[str, int]:
    """In the order in which a column is stacked."""
    return {COMPLETED: 0, OPEN: 0, TROUBLED: 0, STOPPED: 0}
