from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from eventlog.callers import register_finder
from eventlog.links import events_url, register_event_link
from tenants.adminkit import (
    Masked,
    ReadOnlyAdmin,
    UncountedPaginator,
    display,
    link,
    link_to,
    may,
    pretty_json,
    register_page,
)
from tenants.dashboard import register_waiting
from tenants.models import Right
from tenants.money import Money
from tenants.personal import shown
from workflows import lookups
from workflows.admin.order_errors import ErrorInline, sent_link
from workflows.admin.order_filters import ErrorsFilter, OrderTypeFilter, StatusFilter
from workflows.admin.order_lines import LineInline
from workflows.admin.panels import panels
from workflows.admin.runs import RunInline
from workflows.models import ErrorStatus, Order, OrderError

_NAMES = {"line1": "Street", "line2": "Street, 2nd line", "email": "E-mail"}
_HIDDEN = "Your role does not show personal data."


@admin.register(Order)
class OrderAdmin(Masked, ReadOnlyAdmin):
    personal = ("customer", "customer_data", "billing", "shipping", "properties")
    first_tab = "Order"
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
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "number",
                    "status",
                    "problems",
                    "order_type",
                    "market",
                    "store",
                    "placed_at",
                    "completed_at",
                    "canceled_at",
                    "modified_at",
                    "log",
                ]
            },
        ),
        ("Amounts", {"fields": ["amount", "tax", "discount", "shipping_cost"]}),
        ("Customer", {"fields": ["buyer", "customer_details", "billing_address", "shipping_address"]}),
        ("More", {"fields": ["words", "ids", "values", "version"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        active = OrderError.objects.filter(order=OuterRef("pk"), status=ErrorStatus.ACTIVE)
        return super().get_queryset(request).annotate(has_errors=Exists(active))

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [LineInline, *panels(), RunInline, ErrorInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        system, colon, given = search_term.strip().partition(":")
        if colon and system and given:
            return lookups.with_external_id(queryset, {system: given}), False
        return super().get_search_results(request, queryset, search_term)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whether personal data shows is decided for each request, so it is kept with the row."""
        if obj is not None:
            obj.shows_people = may(request, Right.SEE_PERSONAL_DATA)
        return super().get_fieldsets(request, obj)

    @display(description="Errors", label={"active": "danger"})
    def active_errors(self, obj: Any) -> tuple[str, str] | None:
        return ("active", "Active") if obj.has_errors else None

    @admin.display(description="Total")
    def amount(self, obj: Order) -> str:
        return str(obj.total_money)

    @admin.display(description="Tax in it")
    def tax(self, obj: Order) -> str:
        return str(Money(obj.tax_total, obj.currency))

    @admin.display(description="Discounts")
    def discount(self, obj: Order) -> str:
        return str(Money(obj.discount_total, obj.currency))

    @admin.display(description="Shipping")
    def shipping_cost(self, obj: Order) -> str:
        return str(Money(obj.shipping_total, obj.currency))

    @admin.display(description="Customer")
    def buyer(self, obj: Any) -> str:
        if obj.customer_id is None:
            return "-"
        return link_to(obj.customer) if getattr(obj, "shows_people", False) else obj.customer.number

    @admin.display(description="Customer details")
    def customer_details(self, obj: Any) -> str:
        return _people(obj, obj.customer_data)

    @admin.display(description="Billing address")
    def billing_address(self, obj: Any) -> str:
        return _people(obj, obj.billing)

    @admin.display(description="Shipping address")
    def shipping_address(self, obj: Any) -> str:
        return _people(obj, obj.shipping)

    @admin.display(description="Tags")
    def words(self, obj: Order) -> str:
        return ", ".join(map(str, obj.tags)) or "-"

    @admin.display(description="External ids")
    def ids(self, obj: Order) -> str:
        return _rows(obj.external_ids)

    @admin.display(description="Properties")
    def values(self, obj: Order) -> str:
        return pretty_json(shown(obj.properties) or None)

    @admin.display(description="Errors")
    def problems(self, obj: Order) -> str:
        """The active ones, each with the way to what was sent and to where it is solved."""
        active = obj.errors.filter(status=ErrorStatus.ACTIVE).select_related("order")
        rows = ((shown(error.message), sent_link(error), link_to(error, "Solve")) for error in active)
        return format_html_join("", '<p class="py-0.5">{} · {} · {}</p>', rows) or "none"

    @admin.display(description="Log")
    def log(self, obj: Order) -> str:
        return link(events_url(order=obj.number), "Events of this order")


def _people(order: Any, values: Mapping[str, str]) -> str:
    if not getattr(order, "shows_people", False):
        return _HIDDEN
    words = (_NAMES.get(name, name.replace("_", " ").capitalize()) for name in values)
    return _rows(dict(zip(words, values.values(), strict=True)))


def _rows(values: Mapping[str, str]) -> str:
    shown = ((name, value) for name, value in values.items() if value)
    return format_html_join(SafeString("<br>"), "{}: {}", shown) or "-"


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
