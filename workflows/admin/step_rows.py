"""Steps as rows of a status or of a step group; what has no room in a row is on a page of the step's own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from tenants.adminkit import OneOfField, SeveralOfField, TabularInline, TenantForm, link
from workflows.models import GroupStep, StepGroup, WorkflowStep
from workflows.models.chart import CONDITIONS, PLACES, StepFields
from workflows.scopes import WORDS
from workflows.steps import registry

#: How much of a row each field of a step gets.
ROOM: dict[str, dict[str, Any]] = {
    "position": {"style": "min-width: 3.5rem; width: 3.5rem"},
    "name": {"style": "min-width: 11rem"},
    "connector": {"style": "min-width: 7.25rem"},
    "connector_id": {"style": "min-width: 6rem"},
    "properties": {"style": "min-width: 7.5rem"},
}
#: Before the id of a step group, where it is chosen like a step.
_GROUP = "group:"


class StepForm(TenantForm):
    """A step, chosen from all that are installed."""

    name = OneOfField(label="Step")
    conditions = SeveralOfField(
        label="Conditions",
        choices=[(word, word) for word in CONDITIONS],
        required=False,
        help_text="Run only after earlier steps that ended so; none runs always.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            field: Any = self.fields["name"]
            field.choices = self.step_choices()

    def step_choices(self) -> list[tuple[Any, Any]]:
        present = self.instance.name
        known = [(name, name) for name in registry.all_steps()]
        gone = [(present, f"{present} (unknown)")] if present and present not in dict(known) else []
        return [("", "---------"), *gone, *known]


class StepOrGroupForm(StepForm):
    """A step, or a step group in its place. `groups` are those of the tenant, read once for all rows."""

    groups: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.group_id:
            self.initial["name"] = f"{_GROUP}{self.instance.group_id}"

    def step_choices(self) -> list[tuple[Any, Any]]:
        groups = list(StepGroup.objects.all()) if self.groups is None else self.groups
        chosen = [(f"{_GROUP}{group.pk}", group.name) for group in groups]
        return [*super().step_choices(), *([("Step groups", chosen)] if chosen else [])]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("name", "")
        if "name" in cleaned:
            is_group = chosen.startswith(_GROUP)
            self.instance.group_id = int(chosen.removeprefix(_GROUP)) if is_group else None
            cleaned["name"] = "" if is_group else chosen
        return cleaned


def _as_row(form: Any) -> None:
    for name, attrs in ROOM.items():
        if name in form.fields:
            form.fields[name].widget.attrs |= attrs


class WorkflowStepRow(StepOrGroupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_row(self)


class GroupStepRow(StepForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_row(self)


class StepInline(TabularInline):
    tab = True
    ordering = ["position", "id"]
    verbose_name_plural = "Steps"
    readonly_fields = ["more"]

    @admin.display(description="More")
    def more(self, step: Any) -> str:
        if step.pk is None:
            return "Save first"
        url = reverse(f"admin:workflows_{step._meta.model_name}_change", args=[step.pk])
        told = summary_of(step)
        if isinstance(step, WorkflowStep) and step.group:
            told = "; ".join(filter(None, [told, _stops(step.group)]))
        return format_html("{}{}", link(url, "Settings"), format_html("<br>{}", told) if told else "")


class WorkflowStepInline(StepInline):
    model = WorkflowStep
    form = WorkflowStepRow
    fields = [
        "position",
        "name",
        "connector",
        "connector_id",
        "stop_on_error",
        "active",
        "conditions",
        "properties",
        "more",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowStep]:
        return super().get_queryset(request).select_related("group")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.groups = list(StepGroup.objects.all())
        return formset


class GroupStepInline(StepInline):
    model = GroupStep
    form = GroupStepRow
    fields = [
        "position",
        "name",
        "connector",
        "connector_id",
        "active",
        "conditions",
        "properties",
        "more",
    ]


def _stops(group: StepGroup) -> str:
    return f"the group's StopOnError is {'on' if group.stop_on_error else 'off'}"


def summary_of(step: StepFields) -> str:
    """What a step's own page says of it, in a few words; "" where it says nothing special."""
    parts = [f"on error {step.error_status}"] if step.error_status else []
    parts += [f"goes to {step.next_status}"] if step.next_status else []
    parts += ["per shipment"] if step.per_shipment else []
    parts += ["invisible"] if step.is_invisible else []
    return "; ".join([*parts, *filter(None, (_only(step, kind) for kind in PLACES))])


def _only(step: StepFields, kind: str) -> str:
    enabled, disabled = getattr(step, f"enabled_for_{kind}"), getattr(step, f"disabled_for_{kind}")
    parts = [f"only {WORDS[kind]} {', '.join(enabled)}"] if enabled else []
    parts += [f"not {WORDS[kind]} {', '.join(disabled)}"] if disabled else []
    return "; ".join(parts)
