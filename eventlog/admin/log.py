from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html_join

from eventlog.admin.export import as_csv
from eventlog.admin.filters import (
    ConnectorCategoryFilter,
    ConnectorFilter,
    ProviderFilter,
    SinceFilter,
    StepFilter,
    is_id,
)
from eventlog.callers import orders_of
from eventlog.links import events_url, subject_link
from eventlog.models import Event, EventPayload
from tenants.adminkit import (
    ChoicesDropdownFilter,
    KeysetChangeList,
    Masked,
    ReadOnlyAdmin,
    TimeRangeFilter,
    display,
    link,
    may,
    pretty_json,
    register_page,
)
from tenants.models import Right

_FIELDSETS: list[tuple[str | None, dict[str, Any]]] = [
    (None, {"fields": ["at", "category", "result", "message", "actor", "pretty_details"]}),
    ("Order", {"fields": ["about_order", "market", "store", "about_run", "step", "log"]}),
    (
        "Connector",
        {
            "fields": [
                "about_connector",
                "connector_category",
                "provider",
                "operation",
                "about_effect",
                "request_id",
            ]
        },
    ),
]


@admin.register(Event)
class EventAdmin(Masked, ReadOnlyAdmin):
    nothing = "What happens with orders and every call to a vendor is written here."
    moment = "at"
    masked = ("message", "url", "details")
    list_display = ["at", "result", "category", "message", "connector_name", "order_number", "duration_ms"]
    list_filter = [
        ("category", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        SinceFilter,
        ("at", TimeRangeFilter),
        ConnectorCategoryFilter,
        ConnectorFilter,
        ProviderFilter,
        StepFilter,
    ]
    list_filter_sheet = True
    search_fields = ["order_number"]
    search_help_text = (
        "An order number, an id of the shop or as erp:SO-9, a request id, or the id of an event."
    )
    ordering = ["-at", "-id"]
    sortable_by: list[str] = []
    list_per_page = 100
    show_full_result_count = False
    list_before_template = "admin/eventlog/event/export.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(order_number=term) | Q(request_id=term)
        orders = orders_of(term)
        if is_id(term):
            found |= Q(pk=int(term))
            orders.append(int(term))
        return queryset.filter(found | Q(order_id__in=orders) if orders else found), False

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="eventlog_event_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows with its search and filters, whole."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect("admin:eventlog_event_changelist")
        return as_csv(request.tenant, shown.queryset, personal=may(request, Right.SEE_PERSONAL_DATA))  # type: ignore[attr-defined]

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


def _payload(event: Event, side: str) -> str:
    payload = EventPayload.objects.filter(pk=event.pk).first()
    return pretty_json(getattr(payload, side)) if payload else "Not kept, or no longer kept."


register_page("Event Log", "Event Log", "admin:eventlog_event_changelist", icon="receipt_long")
