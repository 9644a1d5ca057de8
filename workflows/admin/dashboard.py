"""What the first page tells of orders, runs and scheduled tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from connectors.runtime import runtime
from tenants.charts import Bar, Stack, bars, columns
from tenants.dashboard import Panel, register_first_step, register_section, register_waiting
from tenants.models import ApiKey
from workflows import figures
from workflows.chart import KIND, charts_of
from workflows.models import Order, OrderType, ScheduledTask

#: Hours of the whole chart, and of one column of it.
_SPANS = {"24h": (24, 1, "24 hours"), "7d": (168, 6, "7 days")}
_TONES = {
    figures.COMPLETED: "good",
    figures.OPEN: "info",
    figures.TROUBLED: "warn",
    figures.STOPPED: "bad",
}
_TASKS_SHOWN = 12
_LATE = timedelta(minutes=10)


def orders_panel(request: HttpRequest) -> Panel | None:
    tenant_id = request.tenant.pk  # type: ignore[attr-defined]
    tones: dict[str, str] = {}
    for chart in charts_of(runtime(tenant_id)).values():
        for status in chart.statuses.values():
            tone = "good" if status.is_completed else "quiet" if status.is_canceled else "info"
            tones.setdefault(status.name, tone)
    if not tones:
        return None
    page = reverse("admin:workflows_order_changelist")
    counts = figures.orders_by_status(tenant_id, list(tones))
    rows = [
        Bar(
            name,
            min(count, figures.MOST_ORDERS),
            _number(count),
            f"{page}?{urlencode({'status': name})}",
            tones[name],
        )
        for name, count in counts.items()
    ]
    return Panel("admin/charts/bars.html", bars(rows))


def runs_panel(request: HttpRequest) -> Panel:
    chosen = request.GET.get("span") if request.GET.get("span") in _SPANS else "24h"
    whole, each, words = _SPANS[str(chosen)]
    end = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = end - timedelta(hours=whole)
    found = figures.runs_over_time(since, each)
    stacks = [
        _stack(since + timedelta(hours=hour), each, found.get(since + timedelta(hours=hour), {}))
        for hour in range(0, whole, each)
    ]
    spans = [
        {"words": item[2], "link": f"?span={key}", "chosen": key == chosen} for key, item in _SPANS.items()
    ]
    data = {"chart": columns(stacks, _TONES), "spans": spans, "label": f"Runs of the last {words}"}
    return Panel("admin/charts/columns.html", data)


def tasks_panel(request: HttpRequest) -> Panel | None:
    now = timezone.now()
    tasks = ScheduledTask.objects.filter(active=True).order_by("succeeded_at", "name")[:_TASKS_SHOWN]
    rows = [_freshness(task, now) for task in tasks]
    return Panel("admin/charts/bars.html", bars(rows), "Time since the last success.") if rows else None


def _freshness(task: ScheduledTask, now: datetime) -> Bar:
    link = reverse("admin:workflows_scheduledtask_change", args=[task.pk])
    if task.succeeded_at is None:
        return Bar(task.name, 0, "never yet", link, "bad" if task.last_error else "quiet")
    age = now - task.succeeded_at
    failing = task.last_error_at is not None and task.last_error_at > task.succeeded_at
    late = task.next_due_at is not None and now - task.next_due_at > _LATE
    tone = "bad" if failing or task.problem else "warn" if late else "good"
    return Bar(task.name, age.total_seconds(), timesince(task.succeeded_at, now, depth=1), link, tone)


def _stack(begin: datetime, hours: int, counts: dict[str, int]) -> Stack:
    span = {
        "created_at__gte": begin.isoformat(),
        "created_at__lt": (begin + timedelta(hours=hours)).isoformat(),
    }
    label = f"{begin:%H:%M}" if hours == 1 else f"{begin:%a %d %b %H:%M}"
    link = f"{reverse('admin:workflows_workflowrun_changelist')}?{urlencode(span)}"
    return Stack(label, link, {**figures.empty_counts(), **counts})


def _number(count: int) -> str:
    return f"more than {figures.MOST_ORDERS:,}" if count > figures.MOST_ORDERS else f"{count:,}"


register_section("Orders by status", orders_panel, place=10)
register_section("Runs", runs_panel, place=20)
register_section("Scheduled tasks", tasks_panel, place=40)
register_waiting(
    "run has stopped and waits for somebody",
    "runs have stopped and wait for somebody",
    figures.stopped_runs,
    "admin:workflows_workflowrun_changelist",
    "waiting=person",
)
register_first_step(
    "Draw an order type: the statuses of orders and what happens at each, and publish it",
    lambda: OrderType.objects.filter(live__isnull=False).exists(),
    f"admin:workflows_{KIND.replace('_', '')}_changelist",
    place=30,
)
register_first_step(
    "Let orders in: issue an API key, or schedule an import",
    lambda: ApiKey.objects.exists() or ScheduledTask.objects.exists(),
    "admin:tenants_apikey_changelist",
    place=40,
)
register_first_step(
    "See the first order", lambda: Order.objects.exists(), "admin:workflows_order_changelist", place=90
)
