from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, display
from workflows.models import ScheduledRun
from workflows.schedules.ending import progress

COLOURS = {
    "queued": "info",
    "running": "info",
    "succeeded": "success",
    "failed": "danger",
    "skipped": "warning",
}


@admin.register(ScheduledRun)
class ScheduledRunAdmin(Masked, ReadOnlyAdmin):
    masked = ("message",)
    first_tab = "Run"
    nothing = "Each run of a scheduled task is kept here, with what it did."
    list_display = [
        "slot",
        "task",
        "shown_state",
        "trigger",
        "counted",
        "message",
        "started_at",
        "finished_at",
    ]
    list_filter = ["state", "trigger", "task"]
    list_select_related = ["task"]
    ordering = ["-id"]
    sortable_by: list[str] = []
    list_per_page = 50
    show_full_result_count = False
    paginator = UncountedPaginator
    fieldsets = [
        (None, {"fields": ["task", "slot", "shown_state", "trigger", "actor", "counted", "message"]}),
        ("Progress", {"fields": ["pages", "cursor_before", "cursor_after", "due_at", "attempts", "deaths"]}),
        ("Times", {"fields": ["created_at", "started_at", "finished_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledRun]:
        return super().get_queryset(request).select_related("task")

    @display(description="State", label=COLOURS)
    def shown_state(self, obj: ScheduledRun) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @admin.display(description="What it did")
    def counted(self, obj: ScheduledRun) -> str:
        return progress(obj)
