from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, action, display
from tenants.dashboard import register_waiting
from workflows.imports.again import try_again
from workflows.models import ImportedObject
from workflows.schedules.ending import counted

_COLOURS = {"new": "info", "imported": "success", "skipped": "", "error": "danger"}

#: Imported again at one press; each takes a transaction's time while somebody waits.
_MOST = 200


@admin.register(ImportedObject)
class ImportedObjectAdmin(Masked, ReadOnlyAdmin):
    masked = ("reason",)
    personal = ("document",)
    first_tab = "Imported object"
    nothing = (
        "What scheduled tasks and webhooks take in from shops is listed here, also what could not "
        "be taken in and why."
    )
    list_display = ["number", "external_id", "connector", "shown_state", "reason", "order", "seen_at"]
    list_filter = ["state", "connector"]
    list_select_related = ["connector", "order"]
    search_fields = ["number", "external_id"]
    search_help_text = "A number or an id of the shop, whole."
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator
    actions = ["import_again"]
    fieldsets = [
        (None, {"fields": ["kind", "connector", "external_id", "number", "shown_state", "reason", "order"]}),
        ("Times", {"fields": ["modified_at", "first_seen_at", "seen_at", "tries"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportedObject]:
        return super().get_queryset(request).select_related("connector", "order").defer("document")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ImportedObject], search_term: str
    ) -> tuple[QuerySet[ImportedObject], bool]:
        term = search_term.strip()
        found = Q(external_id=term) | Q(number__in=[term, f"#{term}"])
        return (queryset.filter(found) if term else queryset), False

    @display(description="State", label=_COLOURS)
    def shown_state(self, obj: ImportedObject) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @action(description="Import again", permissions=["act"])
    def import_again(self, request: HttpRequest, queryset: QuerySet[ImportedObject]) -> None:
        """Those in error, as they came last."""
        failed: Any = queryset.defer(None).filter(state=ImportedObject.State.ERROR)[:_MOST]
        tally = try_again(failed, request.user.get_username())
        level = messages.WARNING if tally.remarks else messages.SUCCESS
        self.message_user(
            request, "; ".join([f"Imported again: {counted(tally.counts)}", *tally.remarks]), level
        )


register_waiting(
    "object of a shop could not be imported",
    "objects of shops could not be imported",
    lambda: ImportedObject.objects.filter(state=ImportedObject.State.ERROR),
    "admin:workflows_importedobject_changelist",
    "state__exact=error",
)
