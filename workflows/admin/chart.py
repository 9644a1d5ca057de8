"""Order types with their statuses, and each status with its steps: drafts that are published as one chart."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from connectors.admin.publishable import PublishableAdmin, PublishMixin
from connectors.models import Publishable
from tenants.adminkit import (
    PublishAdmin,
    TabularInline,
    link,
    link_to,
    register_page,
)
from workflows.admin.chart_forms import OrderStatusForm, StatusRowForm
from workflows.admin.chart_page import WHOLE, ChartMixin, chart_url
from workflows.admin.dry_run_page import DryRunMixin
from workflows.admin.step_rows import WorkflowStepInline
from workflows.chart_edits import last_position
from workflows.models import OrderStatus, OrderType


class StatusInline(TabularInline):
    model = OrderStatus
    form = StatusRowForm
    tab = True
    fields = [
        "position",
        "name",
        "display_name",
        "allowed_next",
        "next_status",
        "is_canceled",
        "is_completed",
        "active",
        "steps",
    ]
    readonly_fields = ["steps"]
    ordering = ["position", "id"]
    verbose_name_plural = "Statuses"

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderStatus]:
        return super().get_queryset(request).annotate(step_count=Count("steps"))

    @admin.display(description="Steps")
    def steps(self, status: OrderStatus) -> str:
        if status.pk is None:
            return "Save first"
        count = status.step_count  # type: ignore[attr-defined]
        url = reverse("admin:workflows_orderstatus_change", args=[status.pk])
        words = f"{count} step{'' if count == 1 else 's'}" if count else "Add steps"
        return link(url, words.replace(" ", "\N{NO-BREAK SPACE}"))


@admin.register(OrderType)
class OrderTypeAdmin(ChartMixin, DryRunMixin, PublishableAdmin):
    nothing = (
        "An order type holds the statuses that orders go through, and the steps that run at each. "
        "Orders need a published one."
    )
    list_display = ["name", "drawn", "is_default", "disable_workflow", "state"]
    actions_detail = ["chart", "dry_run", "versions"]
    search_fields = ["name"]
    fields = ["name", "is_default", "disable_workflow", "standing", "comment", "seen"]
    readonly_fields = ["standing"]
    inlines = [StatusInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderType]:
        return super().get_queryset(request).prefetch_related("statuses__steps__group__steps")

    @admin.display(description="Chart")
    def drawn(self, obj: OrderType) -> str:
        return link(chart_url(obj), "Chart")


@admin.register(OrderStatus)
class OrderStatusAdmin(PublishMixin, PublishAdmin):
    """Reached from its order type; holds the steps, which cannot be inlines of an inline."""

    form = OrderStatusForm
    first_tab = "Status"
    list_display = ["name", "order_type", "position", "is_canceled", "is_completed"]
    list_filter = ["order_type"]
    list_select_related = ["order_type"]
    search_fields = ["name"]
    fields = [
        "order_type",
        "name",
        "display_name",
        "position",
        "allowed_next",
        "next_status",
        "is_canceled",
        "is_completed",
        "active",
        "chart",
        "comment",
        "seen",
    ]
    inlines = [WorkflowStepInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A status stays in its order type: orders and steps know it by its name there."""
        return ["chart"] if obj is None else ["chart", "order_type"]

    def root(self, row: OrderStatus) -> Publishable:
        return OrderType.objects.get(pk=row.order_type_id)

    @admin.display(description="Publishing")
    def chart(self, obj: OrderStatus) -> str:
        if obj.pk is None:
            return "-"
        return format_html(WHOLE, link_to(obj.order_type), link(chart_url(obj.order_type_id), "Chart"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new status comes last."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        wanted = given.get("order_type", "")
        rows = OrderStatus.objects.filter(order_type=wanted) if str(wanted).isdecimal() else ()
        return {"position": last_position(rows), **given}


register_page("Configuration", "Order Types", "admin:workflows_ordertype_changelist", icon="account_tree")
