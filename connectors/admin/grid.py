"""The list of connectors, and of what stands over one: columns that tell how it is doing, and what to do with several."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from connectors.admin.charts import health_chart
from connectors.admin.credentials import credentials
from connectors.admin.tiles import tile
from connectors.documents import MARKET_LISTS, markets_of
from connectors.duplicates import duplicate
from connectors.exporting import export
from connectors.health import health_of
from connectors.hosts import host_of
from connectors.models import Connector
from connectors.publishing import PublishRefused
from connectors.trial import run_trial
from connectors.validation import implementation_of, label_of_type
from tenants.adminkit import display, link

#: Connectors that one press of a button tests: each waits for its vendor.
MOST_TESTS = 10


class GridMixin:
    """For the ModelAdmin of a publishable over a connector. `connector_of(row)` is it, or the row itself."""

    actions = ["test_chosen", "publish_chosen", "duplicate_chosen", "export_as_yaml", "export_as_json"]
    list_per_page = 50

    def connector_of(self, row: Any) -> Connector:
        raise NotImplementedError("say which connector a row of the list stands for")

    def get_changelist_instance(self: Any, request: HttpRequest) -> Any:
        """Adds each row's health, read for the whole page at once."""
        found = super().get_changelist_instance(request)
        rows = list(found.result_list)
        healths = health_of({self.connector_of(row).pk for row in rows})
        for row in rows:
            row.health_found = healths.get(self.connector_of(row).pk)
        found.result_list = rows
        return found

    @admin.display(description="Host")
    def where(self, row: Any) -> SafeString:
        connector = self.connector_of(row)
        implementation = implementation_of(connector.type)
        own = (
            host_of(connector.host, implementation, is_test=connector.is_test)
            if implementation
            else connector.host
        )
        mode = ("cd-test", "Test") if connector.is_test else ("cd-production", "Production")
        shown = own.removeprefix("https://") or "named by its settings"
        return format_html(
            '<span class="cd-badge {}">{}</span><span class="cd-small cd-break">{}</span>', *mode, shown
        )

    @display(description="Credentials", label={"set": "success", "old": "warning", "missing": "danger"})
    def credentials(self, row: Any) -> tuple[str, str]:
        return credentials(self.connector_of(row))

    @admin.display(description="Health")
    def health(self, row: Any) -> SafeString | str:
        found, connector = getattr(row, "health_found", None), self.connector_of(row)
        if found is None:
            return "never called"
        return health_chart(
            found, f"{reverse('admin:eventlog_event_changelist')}?connector_id={connector.pk}"
        )

    @admin.action(description="Test connection", permissions=["test"])
    def test_chosen(self: Any, request: HttpRequest, rows: QuerySet[Any]) -> None:
        chosen = list(rows[: MOST_TESTS + 1])
        for row in chosen[:MOST_TESTS]:
            trial = run_trial(self.connector_of(row), request.user.get_username())
            level = messages.SUCCESS if trial.passed else messages.ERROR
            self.message_user(request, f"{row}: {trial.message}", level)
        if len(chosen) > MOST_TESTS:
            self.message_user(request, f"Only the first {MOST_TESTS} were tested.", messages.WARNING)

    @admin.action(description="Publish", permissions=["publish"])
    def publish_chosen(self: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """One goes to its page; of several those are published of which nobody has to be asked anything."""
        chosen = list(rows)
        if len(chosen) == 1:
            return redirect(self.reverse_to("going_live", chosen[0]))
        for row in chosen:
            try:
                made = self.make_live(self.root(row), user=request.user, comment="", confirmed=())
            except PublishRefused as refused:
                page = link(self.reverse_to("going_live", row), "Open the checklist")
                text = format_html("{} is not published: {}. {}", row, refused.findings[0], page)
                self.message_user(request, text, messages.WARNING)
            else:
                self.message_user(request, f"Version {made.number} of {row} is live.", messages.SUCCESS)
        return None

    @admin.action(description="Duplicate as a draft", permissions=["edit"])
    def duplicate_chosen(self: Any, request: HttpRequest, rows: QuerySet[Any]) -> None:
        for row in rows:
            made = duplicate(row, request.user)
            text = format_html("{} is a new draft like {}.", link(self.reverse_to("change", made), made), row)
            self.message_user(request, text, messages.SUCCESS)

    @admin.action(description="Export as YAML", permissions=["view"])
    def export_as_yaml(self: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        return _file(export(rows, "yaml"), f"{self.opts.model_name}s.yaml", "application/yaml")

    @admin.action(description="Export as JSON", permissions=["view"])
    def export_as_json(self: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        return _file(export(rows, "json"), f"{self.opts.model_name}s.json", "application/json")


def titled(connector: Connector, words: Any, below: Any = "") -> SafeString:
    """A tile with a name beside it; `below` is its implementation where nothing else is said."""
    label = label_of_type(connector)
    return format_html(
        '<span class="cd-with-tile">{}<span class="min-w-0"><span>{}</span><span class="cd-small">{}</span></span></span>',
        tile(connector.type, label, 32),
        words,
        below or label,
    )


def market_words(connector: Connector) -> str:
    """Where it serves, such as "NOR, not SWE"; "all" where nothing is said."""
    row = markets_of(connector)
    if not row.pk:
        return "all"
    codes = {
        key: sorted(area.code for area in getattr(row, field).all()) for key, field in MARKET_LISTS.items()
    }
    enabled = ", ".join([*codes["enabled"], *codes["enabled_groups"]]) or "all"
    disabled = ", ".join([*codes["disabled"], *codes["disabled_groups"]])
    return f"{enabled}, not {disabled}" if disabled else enabled


def _file(text: str, name: str, kind: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
