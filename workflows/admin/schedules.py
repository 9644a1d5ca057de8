from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from tenants.adminkit import (
    TrackedAdmin,
    action,
    badge,
    display,
    link,
    link_to,
    may,
    register_admin_url,
)
from tenants.models import Right
from tenants.personal import shown
from workflows.admin.schedule_form import ScheduledTaskForm
from workflows.admin.scheduled_runs import COLOURS
from workflows.models import ScheduledRun, ScheduledTask
from workflows.schedules import types
from workflows.schedules.ending import progress
from workflows.schedules.lateness import is_late
from workflows.schedules.ticker import AlreadyRunning, NoFullCompare, run_now

_RECENT = 10


@admin.register(ScheduledTask)
class ScheduledTaskAdmin(TrackedAdmin):
    """What is saved here runs at once, so that it takes the right to publish."""

    form = ScheduledTaskForm
    edit_right = Right.PUBLISH
    first_tab = "Task"
    nothing = (
        "A scheduled task imports orders, products, prices, customers or stock, sends them to a shop, or cleans up. Most "
        "types need a published connector."
    )
    list_display = [
        "name",
        "type",
        "connector",
        "active",
        "schedule",
        "last_state",
        "last_run",
        "succeeded_at",
        "next_due_at",
    ]
    list_filter = ["active", "type"]
    list_select_related = ["connector"]
    search_fields = ["name"]
    readonly_fields = ["next_due_at", "succeeded_at", "trouble", "recent", "guide"]
    actions = ["run_selected"]
    actions_detail = ["run"]
    fieldsets = [
        (
            None,
            {"fields": ["name", "type", "connector", "cron", "time_zone", "active", "properties", "guide"]},
        ),
        ("Progress", {"fields": ["next_due_at", "succeeded_at", "trouble", "cursor", "recent"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduledTask]:
        latest = ScheduledRun.objects.filter(task=OuterRef("pk")).order_by("-pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                latest_state=Subquery(latest.values("state")[:1]),
                latest_at=Subquery(latest.values("created_at")[:1]),
            )
        )

    def save_model(self, request: HttpRequest, obj: ScheduledTask, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "cursor" in form.changed_data:
            ScheduledTask.objects.filter(pk=obj.pk).update(cursor=obj.cursor)

    @action(description="Run now", url_path="run", permissions=["act"], icon="play_arrow")
    def run(self, request: HttpRequest, object_id: int) -> Any:
        return redirect(reverse("admin:scheduled-task-run", args=[object_id]))

    @action(description="Run now", permissions=["act"])
    def run_selected(self, request: HttpRequest, queryset: QuerySet[ScheduledTask]) -> None:
        for task in queryset:
            _start(request, task)

    @admin.display(description="Schedule")
    def schedule(self, obj: ScheduledTask) -> str:
        return obj.problem or f"{obj.cron} ({obj.time_zone})"

    @display(description="State", label={**COLOURS, "late": "danger"})
    def last_state(self, obj: Any) -> tuple[str, str]:
        if is_late(obj, timezone.now()):
            return "late", "Late"
        if obj.latest_state is None:
            return "", "Never run"
        return obj.latest_state, ScheduledRun.State(obj.latest_state).label

    @admin.display(description="Last run")
    def last_run(self, obj: Any) -> Any:
        return obj.latest_at

    @admin.display(description="Last error")
    def trouble(self, obj: ScheduledTask) -> str:
        if obj.last_error_at is None:
            return obj.problem or "-"
        return f"{obj.last_error_at:%Y-%m-%d %H:%M} UTC: {shown(obj.last_error)}"

    @admin.display(description="Latest runs")
    def recent(self, obj: ScheduledTask) -> str:
        if obj.pk is None:
            return "-"
        rows = (
            (
                link_to(run, f"{run.slot:%Y-%m-%d %H:%M}"),
                badge(run.get_state_display(), COLOURS[run.state]),
                _short(run),
            )
            for run in _latest(obj)
        )
        lines = format_html_join("", '<li class="py-0.5">{} {} {}</li>', rows)
        every = (
            f"{reverse('admin:workflows_scheduledrun_changelist')}?{urlencode({'task__id__exact': obj.pk})}"
        )
        return (
            format_html("<ul>{}</ul>{}", lines, link(every, "All runs")) if lines else "It has not run yet."
        )

    @admin.display(description="What Properties may hold")
    def guide(self, obj: ScheduledTask) -> str:
        """Of the type that was chosen; of all while none is saved."""
        kinds = types.all_types()
        shown = {obj.type: kinds[obj.type]} if obj.type in kinds else kinds
        rows = ((name, kind.description, _listed(kind)) for name, kind in shown.items())
        return format_html_join("", '<p class="pt-1"><b>{}</b>: {}</p>{}', rows)


def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST starts the run."""
    if not may(request, Right.ACT):
        raise PermissionDenied
    task = ScheduledTask.objects.filter(pk=pk).first()
    if task is None:
        raise Http404
    if request.method == "POST":
        _start(request, task, full="full" in request.POST)
        return redirect("admin:workflows_scheduledtask_change", pk)
    context = {
        **admin.site.each_context(request),
        "title": str(task),
        "opts": ScheduledTask._meta,
        "original": task,
        "compares": task.type in (kinds := types.all_types()) and kinds[task.type].full_cursor() is not None,
    }
    return TemplateResponse(request, "admin/workflows/scheduledtask/run.html", context)


def _start(request: HttpRequest, task: ScheduledTask, *, full: bool = False) -> None:
    try:
        run_now(task, request.user.get_username(), full=full)
    except (AlreadyRunning, NoFullCompare) as error:
        messages.error(request, error.message)
        return
    messages.success(request, f"{task.name} starts in a moment; this page shows how it goes.")


def _latest(task: ScheduledTask) -> QuerySet[ScheduledRun]:
    return task.runs.order_by("-pk")[:_RECENT]


def _short(run: ScheduledRun) -> str:
    return "; ".join(filter(None, [progress(run), shown(run.message).partition("\n")[0]]))


def _listed(kind: types.TaskType) -> str:
    lines = format_html_join("", "<li><code>{}</code>: {}</li>", _fields(kind))
    if not lines:
        return format_html("<p>{} takes no properties.</p>", kind.name)
    return format_html('<ul class="list-disc ml-4 pb-2">{}</ul>', lines)


def _fields(kind: types.TaskType) -> list[tuple[str, str]]:
    return [(field.stored_as, field.help) for field in kind.properties.fields().values()]


register_admin_url("workflows/scheduledtask/<int:pk>/run/", "scheduled-task-run", run_page)
