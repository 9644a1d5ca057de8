"""One step of a chart by itself, reached from where the chart is drawn."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from connectors.admin.publishable import PublishMixin
from connectors.models import Publishable
from tenants.adminkit import PublishAdmin, link, link_to
from workflows.admin.chart_forms import StepDraftForm
from workflows.admin.chart_page import WHOLE, chart_url
from workflows.chart_edits import last_position
from workflows.models import OrderType, WorkflowStep


@admin.register(WorkflowStep)
class WorkflowStepAdmin(PublishMixin, PublishAdmin):
    form = StepDraftForm
    first_tab = "Step"
    list_display = ["name", "status", "connector", "connector_id", "stop_on_error", "active"]
    list_select_related = ["status__order_type"]
    fields = [
        "status",
        "name",
        "connector",
        "connector_id",
        "stop_on_error",
        "error_status",
        "active",
        "conditions",
        "properties",
        "chart",
        "comment",
        "seen",
    ]
    list_filter = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowStep]:
        return super().get_queryset(request).select_related("status__order_type")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A step is moved in the chart."""
        return ["chart"] if obj is None else ["chart", "status"]

    def save_model(self, request: HttpRequest, obj: WorkflowStep, form: Any, change: bool) -> None:
        if not change:
            obj.position = last_position(obj.status.steps.all())
        super().save_model(request, obj, form, change)

    def root(self, row: WorkflowStep) -> Publishable:
        return OrderType.objects.get(pk=row.status.order_type_id)

    @admin.display(description="Publishing")
    def chart(self, obj: WorkflowStep) -> str:
        if obj.pk is None:
            return "-"
        whole = obj.status.order_type
        return format_html(WHOLE, link_to(whole), link(chart_url(whole), "Chart"))
