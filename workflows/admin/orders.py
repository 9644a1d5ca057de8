from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tenants.adminkit import (
    ReadOnlyAdmin,
    TenantAdmin,
    UncountedPaginator,
    display,
    may,
    pretty_json,
    register_page,
)
from tenants.models import Right
from tenants.money import Money
from workflows import lookups, orders
from workflows.admin.panels import ReadOnlyInline, panels
from workflows.admin.runs import RunInline
from workflows.models import ErrorStatus, Order, OrderError, OrderLine, OrderStatus, OrderType

_HIDDEN = "Your role does not show personal data."


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = ["number", "sku", "name", "quantity", "unit_price", "discount", "tax_rate", "tax", "total"]
    ordering = ["number"]
    verbose_name_plural = "Lines"


class ErrorInline(ReadOnlyInline):
    model = OrderError
    fields = ["key", "severity", "status", "message", "comment", "occurred_at", "solved_by"]
    ordering = ["status", "-id"]
    show_change_link = True


class ErrorsFilter(admin.SimpleListFilter):
    title = "errors"
    parameter_name = "errors"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", "Has active errors"), ("none", "Has none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() not in {"active", "none"}:
            return queryset
        return queryset.filter(has_errors=self.value() == "active")


class _NameFilter(admin.SimpleListFilter):
    """Offers the names that the tenant's drafts have, because listing those of all orders would read them all."""

    def names(self) -> Iterable[str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in dict.fromkeys(self.names())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class StatusFilter(_NameFilter):
    title = parameter_name = "status"

    def names(self) -> Iterable[str]:
        return OrderStatus.objects.order_by("position").values_list("name", flat=True)


class OrderTypeFilter(_NameFilter):
    title = "order type"
    parameter_name = "order_type"

    def names(self) -> Iterable[str]:
        return OrderType.objects.values_list("name", flat=True)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    first_tab = "Order"
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
                    "order_type",
                    "market",
                    "store",
                    "placed_at",
                    "modified_at",
                    "log",
                ]
            },
        ),
        ("Amounts", {"fields": ["amount", "tax", "discount", "shipping_cost"]}),
        ("Customer", {"fields": ["customer", "customer_details", "billing_address", "shipping_address"]}),
        ("More", {"fields": ["tags", "ids", "values", "version"]}),
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

    @admin.display(description="Customer details")
    def customer_details(self, obj: Any) -> str:
        return _people(obj, obj.customer_data)

    @admin.display(description="Billing address")
    def billing_address(self, obj: Any) -> str:
        return _people(obj, obj.billing)

    @admin.display(description="Shipping address")
    def shipping_address(self, obj: Any) -> str:
        return _people(obj, obj.shipping)

    @admin.display(description="External ids")
    def ids(self, obj: Order) -> str:
        return _rows(obj.external_ids)

    @admin.display(description="Properties")
    def values(self, obj: Order) -> str:
        return pretty_json(obj.properties or None)

    @admin.display(description="Log")
    def log(self, obj: Order) -> str:
        where = f"{reverse('admin:eventlog_event_changelist')}?{urlencode({'q': obj.number})}"
        return format_html('<a class="text-primary-600" href="{}">Events of this order</a>', where)


@admin.register(OrderError)
class OrderErrorAdmin(TenantAdmin):
    """An active error is solved by saving it, with a comment."""

    list_display = ["order", "key", "severity", "status", "message", "occurred_at"]
    list_filter = ["status", "severity"]
    list_select_related = ["order"]
    search_fields = ["order__number__istartswith", "key"]
    ordering = ["-id"]
    show_full_result_count = False
    fields = [
        "order",
        "key",
        "severity",
        "status",
        "message",
        "details",
        "reference",
        "occurred_at",
        "comment",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in self.fields if name != "comment"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Right.ACT) and (obj is None or obj.status == ErrorStatus.ACTIVE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        buttons = {"save_label": "Mark as solved", "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**buttons, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: OrderError, form: Any, change: bool) -> None:
        orders.solve_error(obj.pk, actor=request.user.get_username(), comment=obj.comment)


def _people(order: Any, values: Mapping[str, str]) -> str:
    return _rows(values) if getattr(order, "shows_people", False) else _HIDDEN


def _rows(values: Mapping[str, str]) -> str:
    shown = ((name.replace("_", " "), value) for name, value in values.items() if value)
    return format_html_join(SafeString("<br>"), "{}: {}", shown) or "-"


register_page("Orders", "Orders", "admin:workflows_order_changelist", icon="receipt_long")
register_page("Orders", "Order Errors", "admin:workflows_ordererror_changelist", icon="error")
