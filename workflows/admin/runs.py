from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from eventlog.links import events_url, register_event_link
from tenants.adminkit import Masked, ReadOnlyAdmin, UncountedPaginator, display, link, link_to
from tenants.personal import shown
from workflows.admin.colours import RUN_COLOURS, STEP_COLOURS, standing
from workflows.admin.explain import explain_url
from workflows.admin.panels import ReadOnlyInline
from workflows.figures import stopped_runs
from workflows.models import SHOWN_UNASKED, StepRun, StepState, WorkflowRun

#: In the address of a run: show the results of invisible steps too.
INVISIBLE = "invisible"
_FAILED = (StepState.ERROR, StepState.WAITING)


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

    @display(description="State", label=STEP_COLOURS)
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
    list_display = ["order", "act", "shown_state", "trigger", "message", "created_at", "finished_at"]
    list_filter = [WaitingFilter, "state", "kind", "trigger"]
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
