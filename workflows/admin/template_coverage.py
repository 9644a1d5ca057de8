"""Which template each market gets at each status, and where nobody is told anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from connectors.runtime import runtime
from tenants.adminkit import may
from tenants.models import Market, Right
from workflows.chart import charts_of
from workflows.models import Channel, NotificationTemplate
from workflows.notifications.choosing import Asked, Rule, TemplateTie, choose
from workflows.notifications.templates import rules


@dataclass(frozen=True, slots=True)
class Cell:
    """Template by channel; `problem` where several fit equally well."""

    found: Sequence[tuple[str, str, int]] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    order_type: str
    status: str
    tells: bool
    cells: Sequence[Cell]


def coverage_page(request: HttpRequest) -> HttpResponse:
    if not may(request, Right.VIEW):
        raise PermissionDenied
    markets = list(Market.objects.filter(is_active=True).order_by("code"))
    context = {
        **admin.site.each_context(request),
        "title": "Who gets which template",
        "opts": NotificationTemplate._meta,
        "markets": markets,
        "rows": list(_rows(request.tenant.pk, markets)),  # type: ignore[attr-defined]
    }
    return TemplateResponse(request, "admin/workflows/notificationtemplate/coverage.html", context)


def _rows(tenant_id: int, markets: Sequence[Market]) -> Iterator[Row]:
    """Statuses that tell customers, and those for which there is a template, of each published order type."""
    known = rules()
    ids = dict(NotificationTemplate.objects.values_list("name", "pk"))
    for chart in charts_of(runtime(tenant_id)).values():
        for status in chart.statuses.values():
            tells = any(step.name == "Notification" and step.active for step in status.steps)
            cells = [_cell(known, ids, chart.name, status.name, market) for market in markets]
            if tells or any(cell.found or cell.problem for cell in cells):
                yield Row(chart.name, status.name, tells, cells)


def _cell(known: Sequence[Rule], ids: dict[str, int], order_type: str, status: str, market: Market) -> Cell:
    found = []
    for channel in Channel:
        asked = Asked(
            order_type=order_type,
            status=status,
            market=market.code,
            language=market.language,
            channel=channel,
        )
        try:
            rule = choose(known, asked).rule
        except TemplateTie as tie:
            return Cell(problem=str(tie))
        if rule is not None:
            found.append((channel.label, rule.name, ids[rule.name]))
    return Cell(found)
