from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from eventlog.links import events_url, register_event_link
from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, display, link
from tenants.personal import shown
from workflows.admin.explain import explain_url
from workflows.admin.panels import ReadOnlyInline
from workflows.figures import stopped_runs
from workflows.models import SHOWN_UNASKED, RunState, StepRun, StepState, WorkflowRun

_COLOURS = {
    RunState.QUEUED: "info",
    RunState.RUNNING: "info",
    RunState.WAITING: "warning",
    RunState.COMPLETED: "success",
    "troubled": "warning",
    RunState.STOPPED: "danger",
    RunState.SUPERSEDED: "",
}
_STEP_COLOURS = {
    StepState.PENDING: "",
    StepState.RUNNING: "info",
    StepState.WAITING: "warning",
    StepState.SUCCESS: "success",
    StepState.WARNING: "warning",
    StepState.ERROR: "danger",
    StepState.SKIPPED: "",
}
#: In the address of a run: show the results of invisible steps too.
INVISIBLE = "invisible"
_FAILED = (StepState.ERROR, StepState.WAITING)


def _standing(run: WorkflowRun) -> tuple[str, str]:
    """A run that completed says something only where steps failed on the way."""
    troubled = run.state == RunState.COMPLETED and run.message
    return ("troubled", "Completed with errors") if troubled else (run.state, run.get_state_display())


class RunInline(Masked, ReadOnlyInline):
    masked = ("message", "reason")
    model = WorkflowRun
    fields = ["status", "shown_state", "trigger", "actor", "message", "failed", "created_at", "finished_at"]
    readonly_fields = ["shown_state", "failed"]
    ordering = ["-id"]
    show_change_link = True
    verbose_name_plural = "Workflow Results"
    nothing = (
        "No workflow has run for this order yet. One runs when the order enters a status that has steps."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowRun]:
        failed = StepRun.objects.filter(state__in=_FAILED)
        rows = super().get_queryset(request).select_related("order")
        return rows.prefetch_related(Prefetch("steps", failed, to_attr="failures"))

    @display(description="State", label=_COLOURS)
    def shown_state(self, run: WorkflowRun) -> tuple[str, str]:
        return _standing(run)

    @admin.display(description="Failed steps")
    def failed(self, run: Any) -> str:
        """Each leads to its events, where requests and answers are."""
        number = run.order.number
        rows = ((link(events_url(order=number, step_run=step.pk), step.name),) for step in run.failures)
        return format_html_join(SafeString("<br>"), "{}", rows) or "-"


class StepInline(Masked, ReadOnlyInline):
    masked = ("message",)
    model = StepRun
    fields = [
        "position",
        "step",
        "shown_state",
        "message",
        "connector_name",
        "why",
        "attempts",
        "duration_ms",
        "events",
    ]
    readonly_fields = ["step", "shown_state", "why", "events"]
    ordering = ["position", "id"]
    verbose_name_plural = "Steps"
    nothing = "This status has no steps."

    def get_queryset(self, request: HttpRequest) -> QuerySet[StepRun]:
        rows = super().get_queryset(request).select_related("run__order")
        return rows if INVISIBLE in request.GET else rows.filter(SHOWN_UNASKED)

    @admin.display(description="Name")
    def step(self, step: StepRun) -> str:
        """With the shipment that it ran for."""
        return f"{step.name} (shipment {step.shipment[:8]})" if step.shipment else step.name

    @display(description="State", label=_STEP_COLOURS)
    def shown_state(self, step: StepRun) -> tuple[str, str]:
        return step.state, step.get_state_display()

    @admin.display(description="How the connector was chosen")
    def why(self, step: StepRun) -> str:
        """What was said then, and the way to what would be chosen now."""
        if not step.trace:
            return "-"
        told = format_html_join("; ", "{}", ((line,) for line in step.trace))
        run = step.run
        asked = {"step": f"{run.order_type}/{run.status}/{step.position}", "order": run.order.number}
        return format_html("{} {}", told, link(explain_url(**asked), "Explain"))

    @admin.display(description="Log")
    def events(self, step: StepRun) -> str:
        return link(events_url(order=step.run.order.number, step_run=step.pk), "Events")


class WaitingFilter(admin.SimpleListFilter):
    title = "waiting"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("person", "Stopped, waits for somebody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkflowRun]) -> QuerySet[WorkflowRun]:
        return queryset.filter(pk__in=stopped_runs().values("pk")) if self.value() == "person" else queryset


@admin.register(WorkflowRun)
class WorkflowRunAdmin(Masked, ReadOnlyAdmin):
    masked = ("message", "reason")
    first_tab = "Run"
    nothing = "One is kept for each run of the steps of a status that an order entered."
    list_display = ["order", "status", "shown_state", "trigger", "message", "created_at", "finished_at"]
    list_filter = [WaitingFilter, "state", "trigger"]
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
        "shown_state",
        "message",
        "failed",
        "hidden",
        "next_status",
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

    @display(description="State", label=_COLOURS)
    def shown_state(self, run: WorkflowRun) -> tuple[str, str]:
        return _standing(run)

    @admin.display(description="Failed steps")
    def failed(self, run: WorkflowRun) -> str:
        number = run.order.number
        rows = (
            (
                step.name,
                shown(step.message),
                link(events_url(order=number, step_run=step.pk), "What was sent"),
            )
            for step in run.steps.filter(state__in=_FAILED)
        )
        return format_html_join(SafeString("<br>"), "{}: {} {}", rows) or "-"

    @admin.display(description="Invisible steps")
    def hidden(self, run: WorkflowRun) -> str:
        """How many results are not shown, and the way to them."""
        count = run.steps.exclude(SHOWN_UNASKED).count()
        return link(f"?{INVISIBLE}=1", f"{count}: show them too") if count else "-"


register_event_link("run_id", "admin:workflows_workflowrun_change")
