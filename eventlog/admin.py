from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join

from eventlog.links import events_url, subject_link
from eventlog.models import Event, EventPayload
from tenants.adminkit import (
    ReadOnlyAdmin,
    UncountedPaginator,
    display,
    link,
    may,
    pretty_json,
    register_page,
)
from tenants.models import Right

_LONGEST_ID = 18  # digits of a 64-bit number that are always valid
_RECENT = 1000  # events looked at for the choices of a filter

_FIELDSETS: list[tuple[str | None, dict[str, Any]]] = [
    (None, {"fields": ["at", "category", "result", "message", "actor", "pretty_details"]}),
    ("Order", {"fields": ["about_order", "market", "store", "about_run", "step", "log"]}),
    (
        "Connector",
        {"fields": ["about_connector", "connector_category", "provider", "operation", "about_effect"]},
    ),
]


class SinceFilter(admin.SimpleListFilter):
    title = "time"
    parameter_name = "hours"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Last hour"), ("24", "Last day"), ("168", "Last week")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() not in {hours for hours, _ in self.lookup_choices}:
            return queryset
        return queryset.filter(at__gte=timezone.now() - timedelta(hours=int(self.value() or 0)))


class _RecentFilter(admin.SimpleListFilter):
    """Offers what the latest events mention, because listing every value would read the whole log."""

    field = ""
    label_field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        recent = Event.objects.order_by("-id").values_list(self.field, self.label_field)[:_RECENT]
        seen = {str(value): label for value, label in recent if value}
        return sorted(seen.items(), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = self.value()
        return queryset.filter(**{self.field: value}) if value in dict(self.lookup_choices) else queryset


class ConnectorFilter(_RecentFilter):
    title = "connector"
    parameter_name = field = "connector_id"
    label_field = "connector_name"


class ProviderFilter(_RecentFilter):
    title = "provider"
    parameter_name = field = label_field = "provider"


class StepFilter(admin.SimpleListFilter):
    """Offers the step that somebody came from; an order's page links here."""

    title = "step of a workflow"
    parameter_name = "step_run_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = request.GET.get("step_run_id", "")
        if not _is_id(wanted):
            return []
        step = Event.objects.filter(step_run_id=wanted, step__gt="").values_list("step", flat=True).first()
        return [(wanted, step or f"Step result {wanted}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(step_run_id=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    nothing = "What happens with orders and every call to a vendor is written here."
    list_display = ["at", "result", "category", "message", "connector_name", "order_number", "duration_ms"]
    list_filter = [SinceFilter, StepFilter, "category", "outcome", ConnectorFilter, ProviderFilter]
    search_fields = ["order_number"]
    search_help_text = "An order number, the id of an order or of an event."
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 100
    show_full_result_count = False
    paginator = UncountedPaginator

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(order_number=term)
        if _is_id(term):
            found |= Q(order_id=int(term)) | Q(pk=int(term))
        return queryset.filter(found), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[str | None, dict[str, Any]]]:
        body = ["sent", "received"] if may(request, Right.SEE_PERSONAL_DATA) else ["not_shown"]
        return [*_FIELDSETS, ("Call", {"fields": ["method", "url", "status_code", "duration_ms", *body]})]

    @display(
        description="Outcome",
        label={
            "success": "success",
            "warning": "warning",
            "error": "danger",
            "retry": "info",
            "unknown": "warning",
        },
    )
    def result(self, event: Event) -> tuple[str, str]:
        return event.outcome, event.get_outcome_display()

    @admin.display(description="Order")
    def about_order(self, event: Event) -> str:
        return subject_link(event, "order_id", event.order_number)

    @admin.display(description="Workflow result")
    def about_run(self, event: Event) -> str:
        return subject_link(event, "run_id", event.run_id)

    @admin.display(description="Connector")
    def about_connector(self, event: Event) -> str:
        return subject_link(event, "connector_id", event.connector_name)

    @admin.display(description="Call to the provider")
    def about_effect(self, event: Event) -> str:
        return subject_link(event, "effect_id", event.effect_id)

    @admin.display(description="Log")
    def log(self, event: Event) -> str:
        """Where the events around this one are."""
        if not event.order_number:
            return "-"
        found = [link(events_url(order=event.order_number), "Events of this order")]
        if event.step_run_id is not None:
            step = events_url(order=event.order_number, step_run=event.step_run_id)
            found.insert(0, link(step, "Events of this step"))
        return format_html_join(" · ", "{}", ((item,) for item in found))

    @admin.display(description="Details")
    def pretty_details(self, event: Event) -> str:
        return pretty_json(event.details)

    @admin.display(description="Request and response")
    def not_shown(self, event: Event) -> str:
        return "Shown to those who may see personal data."

    @admin.display(description="Request")
    def sent(self, event: Event) -> str:
        return _payload(event, "request")

    @admin.display(description="Response")
    def received(self, event: Event) -> str:
        return _payload(event, "response")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


def _payload(event: Event, side: str) -> str:
    payload = EventPayload.objects.filter(pk=event.pk).first()
    return pretty_json(getattr(payload, side)) if payload else "Not kept, or no longer kept."


register_page("Event Log", "Event Log", "admin:eventlog_event_changelist", icon="receipt_long")
