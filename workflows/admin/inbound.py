from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, action, display, register_page
from tenants.dashboard import register_waiting
from workflows.admin.panels import ReadOnlyInline
from workflows.inbound.placing import announce_again, close
from workflows.models import EXPECTED, InboundDelivery, InboundLine

_COLOURS = {
    "new": "info",
    "announced": "info",
    "refused": "danger",
    "partly_received": "warning",
    "received": "success",
    "closed": "",
    "overdue": "danger",
}


def _overdue() -> QuerySet[InboundDelivery]:
    return InboundDelivery.objects.filter(state__in=EXPECTED, expected_on__lt=timezone.localdate())


class OverdueFilter(admin.SimpleListFilter):
    title = "due date"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, str]]:
        yield "yes", "Overdue"

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[InboundDelivery]
    ) -> QuerySet[InboundDelivery]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(state__in=EXPECTED, expected_on__lt=timezone.localdate())


class InboundLineInline(ReadOnlyInline):
    model = InboundLine
    fields = ["number", "product", "announced", "came", "open_pieces"]
    readonly_fields = ["announced", "came", "open_pieces"]
    verbose_name_plural = "Lines"
    nothing = "This delivery has no lines."

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundLine]:
        return super().get_queryset(request).select_related("product")

    @admin.display(description="Announced")
    def announced(self, line: InboundLine) -> str:
        return _plain(line.quantity)

    @admin.display(description="Received")
    def came(self, line: InboundLine) -> str:
        return _plain(line.received)

    @admin.display(description="Missing")
    def open_pieces(self, line: InboundLine) -> str:
        over = line.received - line.quantity
        return f"{_plain(over)} too many" if over > 0 else _plain(line.missing)


@admin.register(InboundDelivery)
class InboundDeliveryAdmin(Masked, ReadOnlyAdmin):
    masked = ("problem",)
    first_tab = "Delivery"
    nothing = (
        "Goods that are on their way are added by the API (inbound-deliveries). The scheduled task "
        "ExportInboundDeliveries announces them to the warehouse, ImportInboundDeliveries tells what arrived."
    )
    list_display = ["number", "supplier", "store", "due", "shown_state", "progress", "standing"]
    list_filter = ["state", "store", OverdueFilter]
    list_select_related = ["store"]
    search_fields = ["number__istartswith", "supplier__istartswith"]
    search_help_text = "The beginning of a number or of a supplier's name."
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator
    inlines = [InboundLineInline]
    actions = ["announce", "close_short"]
    fieldsets = [
        (None, {"fields": ["number", "supplier", "store", "due", "shown_state", "progress"]}),
        ("At the warehouse", {"fields": ["warehouse_word", "problem", "external_ids"]}),
        ("Times", {"fields": ["created_at", "announced_at", "received_at", "modified_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundDelivery]:
        rows = super().get_queryset(request).select_related("store")
        return rows.annotate(announced_pieces=Sum("lines__quantity"), received_pieces=Sum("lines__received"))

    @display(description="Expected")
    def due(self, obj: InboundDelivery) -> SafeString | str:
        if obj.expected_on is None:
            return "-"
        return format_html('<span class="whitespace-nowrap">{}</span>', obj.expected_on.isoformat())

    @display(description="State", label=_COLOURS)
    def shown_state(self, obj: InboundDelivery) -> tuple[str, str]:
        late = obj.state in EXPECTED and obj.expected_on and obj.expected_on < timezone.localdate()
        told = obj.get_state_display()
        return ("overdue", f"{told}, overdue") if late else (obj.state, told)

    @display(description="At the warehouse")
    def standing(self, obj: InboundDelivery) -> str:
        return obj.problem or obj.warehouse_word or "-"

    @display(description="Pieces received")
    def progress(self, obj: Any) -> str:
        return f"{_plain(obj.received_pieces)} of {_plain(obj.announced_pieces)}"

    @action(description="Announce again", permissions=["act"])
    def announce(self, request: HttpRequest, queryset: QuerySet[InboundDelivery]) -> None:
        """Those of which nothing has come; the task ExportInboundDeliveries sends them."""
        self._tell(request, announce_again(_picked(queryset)), "To be announced by the task's next run")

    @action(description="Close: nothing more is expected", permissions=["act"])
    def close_short(self, request: HttpRequest, queryset: QuerySet[InboundDelivery]) -> None:
        self._tell(request, close(_picked(queryset)), "Closed")

    def _tell(self, request: HttpRequest, times: int, done: str) -> None:
        if times:
            self.message_user(request, f"{done}: {times}", messages.SUCCESS)
        else:
            self.message_user(request, "None of them is in a state for that", messages.WARNING)


def _picked(queryset: QuerySet[InboundDelivery]) -> QuerySet[InboundDelivery]:
    """The same rows without sums, which no update takes."""
    return InboundDelivery.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)))


def _plain(quantity: Decimal | None) -> str:
    return format(Decimal(quantity or 0).normalize(), "f")


register_page(
    "Customers and Products",
    "Inbound Deliveries",
    "admin:workflows_inbounddelivery_changelist",
    icon="local_shipping",
)
register_waiting(
    "inbound delivery was refused by a warehouse",
    "inbound deliveries were refused by warehouses",
    lambda: InboundDelivery.objects.filter(state="refused"),
    "admin:workflows_inbounddelivery_changelist",
    "state__exact=refused",
)
register_waiting(
    "inbound delivery is overdue",
    "inbound deliveries are overdue",
    _overdue,
    "admin:workflows_inbounddelivery_changelist",
    "overdue=yes",
)
