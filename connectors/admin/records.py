from __future__ import annotations

from django.contrib import admin

from connectors.models import Effect, InboundWebhook
from eventlog.links import register_event_link
from tenants.adminkit import ReadOnlyAdmin, UncountedPaginator, register_page
from tenants.dashboard import register_waiting


@admin.register(Effect)
class EffectAdmin(ReadOnlyAdmin):
    nothing = "Each thing that vendors were asked to do is listed here, with what became of it."
    paginator = UncountedPaginator
    show_full_result_count = False
    list_display = [
        "created_at",
        "connector",
        "operation",
        "subject",
        "state",
        "attempts",
        "provider_reference",
        "needs_person",
    ]
    list_filter = ["state", "needs_person", "operation"]
    list_select_related = ["connector"]
    search_fields = ["subject", "provider_reference", "key"]
    ordering = ["-created_at"]


@admin.register(InboundWebhook)
class InboundWebhookAdmin(ReadOnlyAdmin):
    nothing = "What vendors report is listed here. Enter a connector's Webhook address at the vendor."
    paginator = UncountedPaginator
    show_full_result_count = False
    list_display = [
        "received_at",
        "connector",
        "event_type",
        "event_id",
        "state",
        "attempts",
        "duplicates",
        "error",
    ]
    list_filter = ["state"]
    list_select_related = ["connector"]
    search_fields = ["event_id", "event_type"]
    exclude = ["tenant", "body"]


register_event_link("effect_id", "admin:connectors_effect_change")
register_page("Event Log", "Calls to Providers", "admin:connectors_effect_changelist", icon="sync_alt")
register_page("Event Log", "Webhooks Received", "admin:connectors_inboundwebhook_changelist", icon="webhook")
register_waiting(
    "call to a provider waits for somebody to decide",
    "calls to providers wait for somebody to decide",
    lambda: Effect.objects.filter(state=Effect.State.UNKNOWN, needs_person=True),
    "admin:connectors_effect_changelist",
    "state__exact=unknown&needs_person__exact=1",
)
