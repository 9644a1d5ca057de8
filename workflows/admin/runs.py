from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from eventlog.links import events_url, register_event_link
from tenants.adminkit import ReadOnlyAdmin, UncountedPaginator, display, link, link_to
from workflows.admin.colours import RUN_COLOURS, STEP_COLOURS, standing
from workflows.admin.panels import ReadOnlyInline
from workflows.models import StepRun, StepState, WorkflowRun

_FAILED = (StepState.ERROR, StepState.WAITING)


class StepInline(ReadOnlyInline):
    model = StepRun
    fields = [
        "position",
        "name",
        "shown_state",
        "message",
        "connector_name",
        "why",
        "attempts",
        "duration_ms",
        "events",
    ]
    readonly_fields = ["shown_state", "why", "events"]
    ordering = ["position"]
    verbose_name_plural = "Steps"
    nothing = "This status has no steps."

    def get_queryset(self, request: HttpRequest) -> QuerySet[StepRun]:
        return super().get_queryset(request).select_related("run__order")

    @display(description="State", label=STEP_COLOURS)
    def shown_state(self, step: StepRun) -> tuple[str, str]:
        return step.state, step.get_state_display()

    @admin.display(description="How the connector was chosen")
    def why(self, step: StepRun) -> str:
        return format_html_join("; ", "{}", ((line,) for line in step.trace)) or "-"

    @admin.display(description="Log")
    def events(self, step: StepRun) -> str:
        return link(events_url(order=step.run.order.number, step_run=step.pk), "Events")


@admin.register(WorkflowRun)
class WorkflowRunAdmin(ReadOnlyAdmin):
    first_tab = "Run"
    nothing = "One is kept for each run of the steps of a status that an order entered."
    list_display = ["order", "act", "shown_state", "trigger", "message", "created_at", "finished_at"]
    list_filter = ["state", "kind", "trigger"]
    list_select_related = ["order"]
    search_fields = ["order__number__istartswith"]
    search_help_text = "The beginning of an order number."
    ordering = ["-id"]
    sortable_by: list[str] = []
    show_full_result_count = False
    paginator = UncountedPaginator
    inlines = [StepInline]
    fields = [
        "order",
        "order_type",
        "status",
        "kind",
        "label",
        "taken_up",
        "shown_state",
        "message",
        "failed",
        "trigger",
        "actor",
        "reason",
        "generation",
        "created_at",
        "started_at",
        "finished_at",
    ]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("order", "continues")

    @admin.display(description="What ran")
    def act(self, run: WorkflowRun) -> str:
        return run.title

    @admin.display(description="Goes on with")
    def taken_up(self, run: WorkflowRun) -> str:
        return link_to(run.continues) if run.continues else "-"

    @display(description="State", label=RUN_COLOURS)
    def shown_state(self, run: WorkflowRun) -> tuple[str, str]:
        return standing(run)

    @admin.display(description="Failed steps")
    def failed(self, run: WorkflowRun) -> str:
        number = run.order.number
        rows = (
            (step.name, step.message, link(events_url(order=number, step_run=step.pk), "What was sent"))
            for step in run.steps.filter(state__in=_FAILED)
        )
        return format_html_join(SafeString("<br>"), "{}: {} {}", rows) or "-"


register_event_link("run_id", "admin:workflows_workflowrun_change")
