from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html

from connectors.publishing import publish
from tenants.adminkit import PublishAdmin, TabularInline, TenantForm, TrackedAdmin, action, register_page
from workflows.models import OrderStatus, OrderType, WorkflowStep


class _InlineForm(TenantForm):
    """JSON cells are one line high; a chart has many of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 1


class StatusInline(TabularInline):
    model = OrderStatus
    form = _InlineForm
    tab = True
    fields = ["position", "name", "display_name", "allowed_next", "is_canceled", "is_completed"]
    ordering = ["position", "id"]
    show_change_link = True
    verbose_name_plural = "Statuses"


class StepInline(TabularInline):
    model = WorkflowStep
    form = _InlineForm
    tab = True
    fields = [
        "position",
        "name",
        "connector",
        "connector_id",
        "stop_on_error",
        "active",
        "error_status",
        "conditions",
        "properties",
    ]
    ordering = ["position", "id"]
    verbose_name_plural = "Steps"


@admin.register(OrderType)
class OrderTypeAdmin(PublishAdmin):
    list_display = ["name", "is_default", "disable_workflow", "live_version"]
    list_select_related = ["live"]
    search_fields = ["name"]
    fields = ["name", "is_default", "disable_workflow", "live_version"]
    readonly_fields = ["live_version"]
    inlines = [StatusInline]
    actions_submit_line = ["publish_draft"]

    @admin.display(description="Live")
    def live_version(self, obj: OrderType) -> str:
        return str(obj.live) if obj.live else "never published"

    @action(description="Publish", permissions=["publish"])
    def publish_draft(self, request: HttpRequest, obj: OrderType) -> None:
        try:
            publication = publish(obj, user=request.user)
        except ValidationError as error:
            for text in error.messages:
                self.message_user(request, f"Not published: {text}", messages.ERROR)
            return
        self.message_user(request, f"{obj} {publication} is live.", messages.SUCCESS)


@admin.register(OrderStatus)
class OrderStatusAdmin(TrackedAdmin):
    """Reached from its order type; holds the steps, which cannot be inlines of an inline."""

    first_tab = "Status"
    list_display = ["name", "order_type", "position", "is_canceled", "is_completed"]
    list_filter = ["order_type"]
    list_select_related = ["order_type"]
    fields = [
        "order_type",
        "name",
        "display_name",
        "position",
        "allowed_next",
        "is_canceled",
        "is_completed",
        "hint",
    ]
    readonly_fields = ["hint"]
    inlines = [StepInline]

    @admin.display(description="Publishing")
    def hint(self, obj: OrderStatus) -> str:
        if obj.pk is None:
            return "-"
        return format_html("Saved as a draft of {}; publish that to make it live.", obj.order_type)


register_page("Configuration", "Order Types", "admin:workflows_ordertype_changelist", icon="account_tree")
