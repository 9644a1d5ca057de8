"""How products, prices, customers and stock stand with each connector: the list, and a table on each item's own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, action, badge, display, link
from tenants.dashboard import register_waiting
from tenants.personal import shown
from workflows.models import Customer, Product, SyncItem
from workflows.syncing.again import ask_again
from workflows.syncing.links import link_there

_COLOURS = {"synced": "success", "skipped": "warning", "failed": "danger", "gone": "info"}
_PAGES: dict[str, Any] = {
    SyncItem.Kind.PRODUCT: Product,
    SyncItem.Kind.PRICE: Product,
    SyncItem.Kind.STOCK: Product,
    SyncItem.Kind.CUSTOMER: Customer,
}
#: Rows that an item's own page shows.
_MOST = 50


@admin.register(SyncItem)
class SyncItemAdmin(Masked, ReadOnlyAdmin):
    masked = ("key", "reason")
    personal = ("document",)
    first_tab = "Sync state"
    nothing = (
        "Each product, price, customer and stock level that a scheduled task has taken over or sent is listed here, with "
        "what the other side said to it."
    )
    list_display = [
        "key",
        "kind",
        "direction",
        "connector",
        "shown_state",
        "reason",
        "succeeded_at",
        "failed_at",
        "next_try_at",
        "there",
    ]
    list_filter = ["state", "kind", "direction", "connector"]
    list_select_related = ["connector"]
    search_fields = ["key", "external_id"]
    search_help_text = "A SKU, or the item's id there, whole."
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator
    actions = ["try_again"]
    fieldsets = [
        (None, {"fields": ["kind", "direction", "connector", "key", "part", "ours", "there"]}),
        (
            "State",
            {
                "fields": [
                    "shown_state",
                    "reason",
                    "tries",
                    "succeeded_at",
                    "failed_at",
                    "next_try_at",
                    "seen_at",
                ]
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncItem]:
        return super().get_queryset(request).select_related("connector").defer("document")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SyncItem], search_term: str
    ) -> tuple[QuerySet[SyncItem], bool]:
        term = search_term.strip()
        found = queryset.filter(key=term) | queryset.filter(external_id=term)
        return (found if term else queryset), False

    @display(description="State", label=_COLOURS)
    def shown_state(self, obj: SyncItem) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @admin.display(description="There")
    def there(self, obj: SyncItem) -> Any:
        url = link_there(obj)
        return link(url, obj.external_id, new_tab=True) if url else obj.external_id or "-"

    @admin.display(description="Here")
    def ours(self, obj: SyncItem) -> Any:
        page = _PAGES[obj.kind]._meta.model_name
        words = shown(obj.key)
        return (
            link(reverse(f"admin:workflows_{page}_change", args=[obj.item_id]), words) if obj.item_id else "-"
        )

    @action(description="Try again", permissions=["act"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[SyncItem]) -> None:
        """With the next run of a task of theirs."""
        asked = ask_again(queryset)
        words = f"{asked} are tried again with the next run of their task"
        left = queryset.count() - asked
        if left:
            words += f"; {left} imports hold nothing to try: run their task, or compare in full"
        self.message_user(request, words, messages.WARNING if left else messages.SUCCESS)


def table_of(kinds: tuple[str, ...], item_id: int | None) -> SafeString | str:
    """How one product or customer stands with each connector."""
    rows = (
        SyncItem.objects.filter(kind__in=kinds, item_id=item_id).select_related("connector").defer("document")
    )
    found = list(rows.order_by("connector_id", "kind", "direction", "part")[:_MOST]) if item_id else []
    lines = format_html_join("", '<li class="py-1">{} {} {} {} {}</li>', map(_line, found))
    if not lines:
        return "No scheduled task has taken it over or sent it yet."
    return format_html("<ul>{}</ul>", lines)


def _line(row: SyncItem) -> tuple[Any, ...]:
    url = link_there(row)
    name = f"{row.get_kind_display()} {row.get_direction_display().lower()}, {row.connector}"
    return (
        link(reverse("admin:workflows_syncitem_change", args=[row.pk]), f"{name} {row.part}".strip()),
        badge(row.get_state_display(), _COLOURS[row.state]),
        f"{row.succeeded_at:%Y-%m-%d %H:%M} UTC" if row.succeeded_at else "never",
        shown(row.reason),
        link(url, "Open there", new_tab=True) if url else "",
    )


register_waiting(
    "item could not be synchronised",
    "items could not be synchronised",
    lambda: SyncItem.objects.filter(state=SyncItem.State.FAILED),
    "admin:workflows_syncitem_changelist",
    "state__exact=failed",
)
