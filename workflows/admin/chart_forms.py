"""The forms of statuses and steps, in their lists and each by itself."""

from __future__ import annotations

from typing import Any

from connectors.admin.publishable import DraftForm
from connectors.models import Publishable
from connectors.overtaken import stamp
from tenants.adminkit import NamesField, OneOfField, SeveralOfField, TenantForm
from workflows.models import OrderStatus, WorkflowStep
from workflows.models.chart import CONDITIONS
from workflows.publication import status_document, step_document
from workflows.steps import registry

#: How much of a row each field of a step gets.
_ROOM: dict[str, dict[str, Any]] = {
    "position": {"style": "min-width: 3.5rem; width: 3.5rem"},
    "name": {"style": "min-width: 11rem"},
    "connector": {"style": "min-width: 7.25rem"},
    "connector_id": {"style": "min-width: 6rem"},
    "error_status": {"style": "min-width: 6rem"},
    "properties": {"style": "min-width: 7.5rem"},
}


class StatusForm(TenantForm):
    allowed_next = NamesField(
        label="Allowed next statuses", required=False, help_text="Names with commas; empty allows every one."
    )


class StatusRowForm(StatusForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].widget.attrs |= _ROOM["position"]


class StepForm(TenantForm):
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
            field.choices = _steps(self.instance.name)
        for name, attrs in _ROOM.items():
            if name in self.fields:
                self.fields[name].widget.attrs |= attrs


def _steps(present: str) -> list[tuple[str, str]]:
    known = [(name, name) for name in registry.all_steps()]
    gone = [(present, f"{present} (unknown)")] if present and present not in dict(known) else []
    return [("", "---------"), *gone, *known]


class OrderStatusForm(StatusForm, DraftForm):
    """The draft is the whole chart; what this page shows of it is one status."""

    class Meta:
        model = OrderStatus
        fields = "__all__"

    @classmethod
    def root(cls, row: OrderStatus) -> Publishable:
        return row.order_type

    @classmethod
    def stamp(cls, row: OrderStatus) -> str:
        return stamp(row.order_type, status_document(row))


class StepDraftForm(StepForm, DraftForm):
    """One step of the chart; what publishes is the whole of it."""

    class Meta:
        model = WorkflowStep
        fields = "__all__"

    @classmethod
    def root(cls, row: WorkflowStep) -> Publishable:
        return row.status.order_type

    @classmethod
    def stamp(cls, row: WorkflowStep) -> str:
        return stamp(row.status.order_type, step_document(row))
