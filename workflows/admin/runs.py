from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join

from tenants.adminkit import ReadOnlyAdmin, UncountedPaginator
from workflows.admin.panels import ReadOnlyInline
from workflows.models import StepRun, WorkflowRun


class RunInline(ReadOnlyInline):
    model = WorkflowRun
    fields = ["status", "state", "trigger", "actor", "message", "created_at", "finished_at"]
    ordering = ["-id"]
    show_change_link = True
    verbose_name_plural = "Workflow Results"


class StepInline(ReadOnlyInline):
    model = StepRun
    fields = [
        "position",
        "name",
        "state",
        "message",
        "connector_name",
        "rule",
        "attempts",
        "duration_ms",
        "why",
    ]
    readonly_fields = ["why"]
    ordering = ["position"]
    verbose_name_plural = "Steps"

    @admin.display(description="How the connector was chosen")
    def why(self, obj: StepRun) -> str:
        return format_html_join("; ", "{}", ((line,) for line in obj.trace)) or "-"


@admin.register(WorkflowRun)
class WorkflowRunAdmin(ReadOnlyAdmin):
    first_tab = "Run"
    list_display = ["order", "status", "state", "trigger", "message", "created_at", "finished_at"]
    list_filter = ["state", "trigger"]
    list_select_related = ["order"]
    search_fields = ["order__number__istartswith"]
    ordering = ["-id"]
    sortable_by: list[str] = []
    show_full_result_count = False
    paginator = UncountedPaginator
    inlines = [StepInline]
    fields = [
        "order",
        "order_type",
        "status",
        "state",
        "message",
        "trigger",
        "actor",
        "reason",
        "generation",
        "created_at",
        "started_at",
        "finished_at",
    ]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("order")
