"""The page of one step: all that it is told, with the lists that say where it runs. And step groups."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from connectors.admin.publishable import DraftForm, PublishMixin
from connectors.models import Publishable
from connectors.overtaken import stamp
from tenants.adminkit import (
    ManyOfField,
    NamesField,
    OneOfField,
    PublishAdmin,
    TenantForm,
    TrackedAdmin,
    link,
    link_to,
    register_page,
)
from workflows.admin.chart_page import WHOLE, chart_url
from workflows.admin.step_rows import GroupStepInline, StepForm, StepOrGroupForm
from workflows.chart_edits import last_position
from workflows.codes import codes_of
from workflows.models import GroupStep, OrderStatus, OrderType, StepGroup, WorkflowStep
from workflows.models.chart import PLACES
from workflows.publication import status_document

_EVERYWHERE = "Empty means all; what is disabled wins."
_LISTS = [(f"enabled_for_{kind}", f"disabled_for_{kind}") for kind in PLACES]
_WHERE = ("Where it runs", {"fields": _LISTS, "description": _EVERYWHERE})
_HOW = ["conditions", "properties", ("per_shipment", "is_invisible")]


def _list_field(name: str, kind: str) -> Any:
    label = name.replace("_", " ").capitalize()
    if kind == "tags":
        return NamesField(label=label, required=False, help_text="Names with commas.")
    return ManyOfField(label=label, required=False)


def _choices(known: list[str], present: list[str]) -> list[tuple[str, str]]:
    lowered = {code.lower(): code for code in known}
    gone = [(code, f"{code} (unknown)") for code in present if code.lower() not in lowered]
    own = {code.lower(): code for code in present}
    return [*gone, *((own.get(code.lower(), code), code) for code in known)]


_LIST_FIELDS = {
    name: _list_field(name, kind)
    for kind in PLACES
    for name in (f"enabled_for_{kind}", f"disabled_for_{kind}")
}
#: A form with these fields: a class body cannot be written in a loop.
_ListsForm: Any = type(TenantForm)("_ListsForm", (TenantForm,), {"__module__": __name__, **_LIST_FIELDS})


class PlacesForm(_ListsForm):
    """Chooses codes from those that there are; one that is gone stays until it is taken out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in PLACES:
            for name in (f"enabled_for_{kind}", f"disabled_for_{kind}"):
                if name in self.fields and kind != "tags":
                    self.fields[name].choices = _choices(codes_of(kind), getattr(self.instance, name))

    def offer_statuses(self, names: list[str]) -> None:
        for name in ("error_status", "next_status"):
            if name in self.fields:
                present = getattr(self.instance, name)
                self.fields[name].choices = [
                    ("", "---------"),
                    *_choices(names, [present] if present else []),
                ]


def _status_field(label: str, help_text: str) -> Any:
    return OneOfField(label=label, required=False, help_text=help_text)


class WorkflowStepForm(StepOrGroupForm, PlacesForm, DraftForm):
    """The draft is the whole chart; what this page shows of it is one status with its steps."""

    error_status = _status_field("ErrorStatus", "Status to take when this step stops the run.")
    next_status = _status_field(
        "Next status", "Status to go to after the run, when this step succeeded and no step failed."
    )

    class Meta:
        model = WorkflowStep
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.status_id:
            siblings = OrderStatus.objects.filter(order_type=self.instance.status.order_type)
            self.offer_statuses(list(siblings.values_list("name", flat=True)))

    @classmethod
    def root(cls, row: WorkflowStep) -> Publishable:
        return row.status.order_type

    @classmethod
    def stamp(cls, row: WorkflowStep) -> str:
        return stamp(row.status.order_type, status_document(row.status))


class GroupStepForm(StepForm, PlacesForm):
    """Statuses are written by name: the order types that use the group need not have the same ones."""

    class Meta:
        model = GroupStep
        fields = "__all__"


class _StepPage:
    """Steps are added as rows of their status or group."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WorkflowStep)
class WorkflowStepAdmin(PublishMixin, PublishAdmin):
    """Reached from its status, and from where the chart is drawn."""

    form = WorkflowStepForm
    first_tab = "Step"
    list_display = ["__str__", "status", "order_type", "position", "active"]
    list_select_related = ["status__order_type", "group"]
    readonly_fields = ["place"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "place",
                    "status",
                    ("name", "position"),
                    ("connector", "connector_id"),
                    ("active", "stop_on_error"),
                    ("error_status", "next_status"),
                    *_HOW,
                ]
            },
        ),
        _WHERE,
        ("Publishing", {"fields": ["chart", "comment", "seen"]}),
    ]

    def root(self, row: WorkflowStep) -> Publishable:
        return OrderType.objects.get(pk=row.status.order_type_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowStep]:
        return super().get_queryset(request).select_related("status__order_type", "group")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A step is moved in the chart."""
        return ["place", "chart"] if obj is None else ["place", "chart", "status"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new step comes last."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        wanted = given.get("status", "")
        rows = WorkflowStep.objects.filter(status=wanted) if str(wanted).isdecimal() else ()
        return {"position": last_position(rows), **given}

    @admin.display(description="Order type")
    def order_type(self, step: WorkflowStep) -> str:
        return str(step.status.order_type)

    @admin.display(description="Step of")
    def place(self, step: WorkflowStep) -> str:
        if step.pk is None:
            return "-"
        status = step.status
        return format_html("{} > {}", link_to(status.order_type), link_to(status))

    @admin.display(description="Publishing")
    def chart(self, step: WorkflowStep) -> str:
        if step.pk is None:
            return "-"
        whole = step.status.order_type
        return format_html(WHOLE, link_to(whole), link(chart_url(whole), "Chart"))


@admin.register(GroupStep)
class GroupStepAdmin(_StepPage, TrackedAdmin):
    form = GroupStepForm
    first_tab = "Step"
    list_display = ["name", "group", "position", "active"]
    list_select_related = ["group"]
    readonly_fields = ["place"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "place",
                    ("name", "position"),
                    ("connector", "connector_id"),
                    "active",
                    ("error_status", "next_status"),
                    *_HOW,
                ]
            },
        ),
        _WHERE,
    ]

    @admin.display(description="Step of")
    def place(self, step: GroupStep) -> str:
        return link_to(step.group)

    def save_model(self, request: HttpRequest, obj: GroupStep, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell_users(self, request, obj.group)


@admin.register(StepGroup)
class StepGroupAdmin(TrackedAdmin):
    nothing = (
        "A step group holds steps that several statuses share. A status takes it in place of a step; its steps go live"
        " with the order types that use it."
    )
    first_tab = "Step group"
    list_display = ["name", "stop_on_error", "used_by"]
    search_fields = ["name"]
    fields = ["name", "stop_on_error", "used_by"]
    readonly_fields = ["used_by"]
    inlines = [GroupStepInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StepGroup]:
        return super().get_queryset(request).prefetch_related("uses__status__order_type")

    @admin.display(description="Used by")
    def used_by(self, group: StepGroup) -> str:
        statuses = {use.status for use in group.uses.all()} if group.pk else set()
        shown = sorted(statuses, key=lambda status: (status.order_type.name, status.position))
        rows = ((link_to(status, f"{status.order_type} > {status}"),) for status in shown)
        return format_html_join(", ", "{}", rows) or "no status yet"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        tell_users(self, request, form.instance)


def tell_users(page: Any, request: HttpRequest, group: StepGroup) -> None:
    """Nothing is live yet: each order type has to be published."""
    types = OrderType.objects.filter(statuses__steps__group=group).distinct()
    if types:
        names = format_html_join(", ", "{}", ((link_to(order_type),) for order_type in types))
        text = format_html("Publish {} to make the changed steps live.", names)
        page.message_user(request, text, messages.WARNING)


register_page("Configuration", "Step Groups", "admin:workflows_stepgroup_changelist", icon="list_alt")
