from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from eventlog.callers import register_finder
from eventlog.links import register_event_link
from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, display, register_page
from tenants.dashboard import register_waiting
from workflows import lookups
from workflows.admin.order_filters import ErrorsFilter, OrderTypeFilter, StatusFilter
from workflows.admin.order_page.bulk import list_actions
from workflows.admin.order_page.page import order_page
from workflows.models import ErrorStatus, Order, OrderError


@admin.register(Order)
class OrderAdmin(Masked, ReadOnlyAdmin):
    personal = ("customer", "customer_data", "billing", "shipping", "properties")
    nothing = (
        "Orders come by the API, or from a shop by a scheduled task. They need a market and a "
        "published order type."
    )
    list_display = [
        "number",
        "status",
        "active_errors",
        "order_type",
        "market",
        "store",
        "amount",
        "placed_at",
    ]
    list_filter = [StatusFilter, ErrorsFilter, OrderTypeFilter, "market"]
    list_select_related = ["market", "store"]
    search_fields = ["number__istartswith"]
    search_help_text = "The beginning of an order number, or an external id as erp:SO-9."
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        active = OrderError.objects.filter(order=OuterRef("pk"), status=ErrorStatus.ACTIVE)
        return super().get_queryset(request).annotate(has_errors=Exists(active))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        system, colon, given = search_term.strip().partition(":")
        if colon and system and given:
            return lookups.with_external_id(queryset, {system: given}), False
        return super().get_search_results(request, queryset, search_term)

    def get_actions(self, request: HttpRequest) -> Any:
        return list_actions(request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A page of its own instead of a form; orders are added by the API."""
        if object_id is None:
            raise PermissionDenied
        order = self.get_object(request, object_id)
        if order is None:
            raise Http404
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request, order):
            raise PermissionDenied
        return order_page(request, order, opts=self.opts)

    @display(description="Errors", label={"active": "danger"})
    def active_errors(self, obj: Any) -> tuple[str, str] | None:
        return ("active", "Active") if obj.has_errors else None

    @admin.display(description="Total")
    def amount(self, obj: Order) -> str:
        return str(obj.total_money)


register_page("Orders", "Orders", "admin:workflows_order_changelist", icon="shopping_bag", first=True)
register_page("Orders", "Order Errors", "admin:workflows_ordererror_changelist", icon="error", first=True)
register_waiting(
    "order error is not solved",
    "order errors are not solved",
    lambda: OrderError.objects.filter(status=ErrorStatus.ACTIVE),
    "admin:workflows_ordererror_changelist",
    "status__exact=Active",
)
register_finder(lookups.orders_of)
register_event_link("order_id", "admin:workflows_order_change")
