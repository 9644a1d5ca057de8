"""What the first page tells of connectors: which are slow, and which fail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connector
from eventlog.events import Category, Outcome
from eventlog.models import Event
from tenants.charts import Bar, bars
from tenants.dashboard import Panel, register_first_step, register_section
from tenants.models import Market

_HOURS, _MOST_CALLS, _SHOWN = 24, 20_000, 5
_FAILED = (Outcome.ERROR, Outcome.UNKNOWN, Outcome.RETRY)
_SLOW_MS = 2_000


def connectors_panel(request: HttpRequest) -> Panel | None:
    """Of the newest calls of a day; None before the first connector is published."""
    found = list(_calls())
    if not found and not Connector.objects.filter(live__isnull=False).exists():
        return None
    names = {
        row.pk: str(row) for row in Connector.objects.filter(pk__in=[row["connector_id"] for row in found])
    }
    slowest = sorted(found, key=lambda row: -(row["average"] or 0))[:_SHOWN]
    failing = sorted((row for row in found if row["failed"]), key=lambda row: -row["failed"] / row["calls"])[
        :_SHOWN
    ]
    halves = [
        {
            "title": "Slowest",
            "rows": bars([_slow(row, names) for row in slowest]),
            "none": "No vendor was called.",
        },
        {
            "title": "Failing",
            "rows": bars([_failing(row, names) for row in failing]),
            "none": "No call failed.",
        },
    ]
    return Panel("admin/charts/two_bars.html", halves, "Calls of the last 24 hours.")


def _calls() -> Any:
    since = timezone.now() - timedelta(hours=_HOURS)
    calls = Event.objects.filter(category=Category.CONNECTOR, at__gte=since, duration_ms__isnull=False)
    newest = calls.order_by("-at").values("pk")[:_MOST_CALLS]
    return (
        Event.objects.filter(pk__in=newest, connector_id__isnull=False)
        .order_by()
        .values("connector_id")
        .annotate(
            calls=Count("pk"),
            failed=Count("pk", filter=Q(outcome__in=_FAILED)),
            average=Avg("duration_ms"),
        )
    )


def _slow(row: dict[str, Any], names: dict[int, str]) -> Bar:
    average = row["average"] or 0
    tone = "warn" if average > _SLOW_MS else "info"
    return Bar(_name(row, names), average, f"{average:,.0f} ms", _log(row), tone)


def _failing(row: dict[str, Any], names: dict[int, str]) -> Bar:
    share = row["failed"] / row["calls"]
    words = f"{row['failed']:,} of {row['calls']:,}"
    wanted = f"&outcome__in={','.join(_FAILED)}"
    return Bar(_name(row, names), share, words, f"{_log(row)}{wanted}", "bad" if share > 0.1 else "warn")


def _name(row: dict[str, Any], names: dict[int, str]) -> str:
    return names.get(row["connector_id"], f"connector {row['connector_id']}")


def _log(row: dict[str, Any]) -> str:
    page = reverse("admin:eventlog_event_changelist")
    return f"{page}?connector_id={row['connector_id']}&hours={_HOURS}"


register_section("Connectors", connectors_panel, place=30)
register_first_step(
    "Add the markets in which you sell",
    lambda: Market.objects.exists(),
    "admin:tenants_market_changelist",
    place=10,
)
register_first_step(
    "Connect a vendor, test it and publish it",
    lambda: Connector.objects.filter(live__isnull=False).exists(),
    "admin:connectors_connector_changelist",
    place=20,
)
