from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from connectors.matrix import operations
from connectors.models import Connector, Effect
from connectors.validation import label_of_type
from eventlog.callers import Caller, register_callers
from eventlog.links import register_event_link
from tenants.adminkit import DropdownFilter, Masked, ReadOnlyAdmin, UncountedPaginator, display, register_page
from tenants.dashboard import register_waiting

_COLOURS = {
    Effect.State.CALLING: "info",
    Effect.State.SUCCEEDED: "success",
    Effect.State.FAILED: "danger",
    Effect.State.RETRY: "warning",
    Effect.State.UNKNOWN: "warning",
    "person": "danger",
}


class OperationFilter(DropdownFilter):
    """Offers what the contracts have: listing the operations of all calls would read them all."""

    title = parameter_name = "operation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = sorted({item.name for item in operations()})
        return [(name, name.replace("_", " ").capitalize()) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Effect]) -> QuerySet[Effect]:
        return queryset.filter(operation=self.value()) if self.value() else queryset


@admin.register(Effect)
class EffectAdmin(Masked, ReadOnlyAdmin):
    masked = ("error_message",)
    nothing = "Each thing that vendors were asked to do is listed here, with what became of it."
    paginator = UncountedPaginator
    show_full_result_count = False
    list_display = [
        "created_at",
        "connector",
        "operation",
        "subject",
        "shown_state",
        "attempts",
        "provider_reference",
    ]
    list_filter = ["state", "needs_person", OperationFilter]
    list_select_related = ["connector"]
    search_fields = ["subject", "provider_reference", "key"]
    readonly_fields = ["what_to_do"]
    ordering = ["-created_at"]

    @display(description="State", label=_COLOURS)
    def shown_state(self, effect: Effect) -> tuple[str, str]:
        if effect.needs_person and effect.state == Effect.State.UNKNOWN:
            return "person", "Unknown, somebody has to decide"
        return effect.state, effect.get_state_display()

    @display(description="What to do")
    def what_to_do(self, effect: Effect) -> str:
        if not effect.needs_person or effect.state != Effect.State.UNKNOWN:
            return "Nothing"
        return (
            "See at the vendor whether it was carried out. Then open the order, choose “Decide what happened” among its"
            " actions, and resume its workflow."
        )


def _callers() -> list[Caller]:
    return [
        Caller(row.pk, str(row), row.category, row.type, label_of_type(row))
        for row in Connector.objects.order_by("name", "pk")
    ]


register_callers(_callers)
register_event_link("effect_id", "admin:connectors_effect_change")
register_page("Event Log", "Calls to Providers", "admin:connectors_effect_changelist", icon="sync_alt")
register_waiting(
    "call to a provider waits for somebody to decide",
    "calls to providers wait for somebody to decide",
    lambda: Effect.objects.filter(state=Effect.State.UNKNOWN, needs_person=True),
    "admin:connectors_effect_changelist",
    "state__exact=unknown&needs_person__exact=1",
)
