"""Webhooks received: what vendors told, what became of it, and working one off again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from connectors.inbox import try_again
from connectors.models import InboundWebhook
from connectors.runtime import runtime
from eventlog.redaction import Redactor
from tenants.adminkit import (
    ChoicesDropdownFilter,
    KeysetChangeList,
    Masked,
    ReadOnlyAdmin,
    TimeRangeFilter,
    action,
    display,
    link_to,
    may,
    pretty_json,
    register_page,
)
from tenants.dashboard import register_waiting
from tenants.models import Right

_COLOURS = {"received": "info", "parked": "warning", "done": "success", "failed": "danger"}

#: Characters of an id that a list shows; the vendor's address is as good as a secret and shown nowhere here.
_SHOWN = 24


@admin.register(InboundWebhook)
class InboundWebhookAdmin(Masked, ReadOnlyAdmin):
    masked = ("error",)
    personal = ("body", "headers", "url")
    moment = "received_at"
    nothing = "What vendors report is listed here. Enter a connector's Webhook address at the vendor."
    list_display = [
        *("received_at", "connector", "event_type", "short_id", "shown_state"),
        *("attempts", "duplicates", "next_try", "error"),
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        "connector",
        ("received_at", TimeRangeFilter),
    ]
    list_filter_sheet = True
    list_select_related = ["connector"]
    search_fields = ["event_id"]
    search_help_text = "The id of an event, as the vendor names it."
    ordering = ["-received_at", "-id"]
    sortable_by: list[str] = []
    list_per_page = 100
    show_full_result_count = False
    actions = ["again"]
    readonly_fields = ["about_connector", "shown_state", "next_try", "told", "sent_headers"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("about_connector", "event_type", "event_id", "shown_state", "received_at"),
                    *("attempts", "next_try", "done_at", "duplicates", "error"),
                ]
            },
        ),
        ("What was sent", {"fields": ["sent_headers", "told"]}),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InboundWebhook], search_term: str
    ) -> tuple[QuerySet[InboundWebhook], bool]:
        term = search_term.strip()
        return (queryset.filter(event_id=term) if term else queryset), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            found.sees_bodies = may(request, Right.SEE_PERSONAL_DATA)
        return found

    @action(description="Work off again", permissions=["act"], icon="replay")
    def again(self, request: HttpRequest, queryset: QuerySet[InboundWebhook]) -> None:
        """What was handled already is handled once more: handlers only move forward, so that it changes nothing twice."""
        begun = try_again(queryset)
        if begun:
            messages.success(request, f"{begun} will be worked off in a moment.")
        if left := queryset.count() - begun:
            messages.warning(request, f"{left} cannot: the body is no longer kept, or it could not be read.")

    @admin.display(description="Event id")
    def short_id(self, webhook: InboundWebhook) -> str:
        return webhook.event_id if len(webhook.event_id) <= _SHOWN else f"{webhook.event_id[:_SHOWN]}…"

    @display(description="State", label=_COLOURS)
    def shown_state(self, webhook: InboundWebhook) -> tuple[str, str]:
        if webhook.state == InboundWebhook.State.RECEIVED and webhook.error:
            return "parked", "Waits to be tried again"
        return webhook.state, webhook.get_state_display()

    @admin.display(description="Next try")
    def next_try(self, webhook: InboundWebhook) -> Any:
        return webhook.next_try_at if webhook.state == InboundWebhook.State.RECEIVED else None

    @admin.display(description="Connector")
    def about_connector(self, webhook: InboundWebhook) -> str:
        return link_to(webhook.connector)

    @admin.display(description="Body")
    def told(self, webhook: Any) -> str:
        if not webhook.sees_bodies:
            return "Shown to those who may see personal data."
        if webhook.body_pruned_at is not None:
            return f"Deleted {webhook.body_pruned_at:%Y-%m-%d}."
        body = _redactor(webhook).body(bytes(webhook.body), webhook.headers.get("content-type", ""))
        if isinstance(body, str):
            return format_html('<pre class="overflow-x-auto whitespace-pre-wrap text-xs">{}</pre>', body)
        return pretty_json(body)

    @admin.display(description="Headers")
    def sent_headers(self, webhook: Any) -> str:
        if not webhook.sees_bodies:
            return "Shown to those who may see personal data."
        return pretty_json(_redactor(webhook).headers(webhook.headers))


def _redactor(webhook: InboundWebhook) -> Redactor:
    config = runtime(webhook.tenant_id).connectors.get(webhook.connector_id)
    return Redactor(config.secrets if config else ())


register_page("Event Log", "Webhooks Received", "admin:connectors_inboundwebhook_changelist", icon="webhook")
register_waiting(
    "webhook could not be worked off",
    "webhooks could not be worked off",
    lambda: InboundWebhook.objects.filter(state=InboundWebhook.State.FAILED),
    "admin:connectors_inboundwebhook_changelist",
    "state__exact=failed",
)
