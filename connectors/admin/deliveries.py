"""Deliveries of events: what went out to whom, every try of it, and sending one again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from connectors.models import DeliveryAttempt, EventDelivery
from connectors.subscriptions.replaying import NotSent, replay
from eventlog.links import subject_link
from eventlog.models import Event
from tenants.adminkit import (
    ChoicesDropdownFilter,
    KeysetChangeList,
    Masked,
    ReadOnlyAdmin,
    TimeRangeFilter,
    action,
    badge,
    display,
    link_to,
    may,
    pretty_json,
    register_page,
)
from tenants.models import Right
from tenants.personal import shown

COLOURS = {"pending": "info", "delivered": "success", "failed": "danger"}


@admin.register(EventDelivery)
class EventDeliveryAdmin(Masked, ReadOnlyAdmin):
    masked = ("error",)
    moment = "created_at"
    nothing = "Each event that an event subscription sends is listed here, with what became of it."
    list_display = [
        *("created_at", "subscription", "category", "order_number", "shown_state"),
        *("attempts", "status_code", "next_try_at", "error"),
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        "subscription",
        ("created_at", TimeRangeFilter),
    ]
    list_filter_sheet = True
    list_select_related = ["subscription"]
    search_fields = ["order_number"]
    search_help_text = "An order number or a message id."
    ordering = ["-created_at", "-id"]
    sortable_by: list[str] = []
    list_per_page = 100
    show_full_result_count = False
    actions = ["send_again"]
    readonly_fields = ["shown_state", "about_order", "event", "tries"]
    fieldsets = [
        (None, {"fields": ["subscription", "message_id", "shown_state", "created_at", "delivered_at"]}),
        ("What it tells of", {"fields": ["category", "about_order", "order_type", "order_status", "event"]}),
        ("Tries", {"fields": ["attempts", "next_try_at", "error", "tries"]}),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventDelivery]:
        return super().get_queryset(request).select_related("subscription")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EventDelivery], search_term: str
    ) -> tuple[QuerySet[EventDelivery], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        name = "message_id" if term.startswith(("evt_", "test_")) else "order_number"
        return queryset.filter(**{name: term}), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            found.sees_bodies = may(request, Right.SEE_PERSONAL_DATA)
        return found

    @action(description="Send again", permissions=["act"], icon="replay")
    def send_again(self, request: HttpRequest, queryset: QuerySet[EventDelivery]) -> None:
        sent = 0
        refused: dict[str, None] = {}
        for delivery in queryset.select_related("subscription"):
            try:
                replay(delivery)
                sent += 1
            except NotSent as error:
                refused[str(error)] = None
        for reason in refused:
            messages.error(request, reason)
        if sent:
            messages.success(request, f"{sent} will be sent again in a moment.")

    @display(description="State", label=COLOURS)
    def shown_state(self, delivery: EventDelivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    @admin.display(description="Order")
    def about_order(self, delivery: EventDelivery) -> str:
        return subject_link(delivery, "order_id", delivery.order_number)

    @admin.display(description="Event")
    def event(self, delivery: EventDelivery) -> str:
        if delivery.event_id is None:
            return "A test message"
        found = Event.objects.filter(pk=delivery.event_id).first()
        return link_to(found, found.pk) if found else "No longer kept."

    @admin.display(description="Every try")
    def tries(self, delivery: Any) -> str:
        """What was sent and answered is shown to those who may see personal data."""
        rows = delivery.tries.all()[:50]
        lines = format_html_join(
            "", '<li class="py-1">{}</li>', ((self._try(delivery, row),) for row in rows)
        )
        return format_html("<ol>{}</ol>", lines) if lines else "None yet."

    def _try(self, delivery: Any, row: DeliveryAttempt) -> str:
        kind = badge("delivered" if row.succeeded else "failed", "success" if row.succeeded else "danger")
        answer = f"HTTP {row.status_code}" if row.succeeded else shown(row.error)
        told = f"{row.at:%Y-%m-%d %H:%M:%S} UTC, {row.duration_ms} ms: {answer}"
        if not delivery.sees_bodies:
            return format_html("{} {}", kind, told)
        sent, received = pretty_json(row.request), pretty_json(row.response)
        return format_html(
            '{} {}<details class="pt-1"><summary class="cursor-pointer">Request and answer</summary>'
            "<p>Sent:</p>{}<p>Answered:</p>{}</details>",
            *(kind, told, sent, received),
        )


register_page("Event Subscriptions", "Deliveries", "admin:connectors_eventdelivery_changelist", icon="outbox")
