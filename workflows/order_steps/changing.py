"""Steps that change the order itself: UpdateStatus, AddTag, SetCompletedDate, SetCanceledDate."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone

from connectors.schema import Boolean, Settings, Text
from workflows.chart import StepConfig
from workflows.orders import lock_order
from workflows.steps.base import Plan, Result, Step, StepContext
from workflows.steps.names import Names
from workflows.steps.registry import register


@register
class UpdateStatus(Step):
    """Lets the order go to another status once the run is over, such as after a step that failed."""

    name = "UpdateStatus"
    label = "Update status"

    class properties(Settings):
        status = Text("Status", key="Status", help="Status to go to after this run.")
        cancel_run = Boolean(
            "CancelRun", key="CancelRun", default=False, required=False, help="Skip the rest of this run."
        )

    def leads_to(self, config: StepConfig) -> str:
        values = {key.lower(): value for key, value in config.properties.items()}
        return str(values.get("status") or "").strip()

    def plan(self, context: StepContext) -> Plan:
        wanted: str = context.properties.status
        ends: bool = context.properties.cancel_run
        return Plan.done(Result.success(f"Goes on to {wanted}", next_status=wanted, ends_run=ends))


@register
class AddTag(Step):
    """Puts tags on the order; those that it has stay as they are."""

    name = "AddTag"
    label = "Add tag"

    class properties(Settings):
        tags = Names("Tag", key="Tag", help="One tag, or several with commas.", longest=100)

    def plan(self, context: StepContext) -> Plan:
        order = lock_order(context.order.id)
        present = {tag.lower() for tag in order.tags}
        new = [tag for tag in context.properties.tags if tag.lower() not in present]
        if not new:
            return Plan.done(Result.success("Had it before"))
        order.tags = [*order.tags, *new]
        order.version += 1
        order.save(update_fields=["tags", "version", "modified_at"])
        return Plan.done(Result.success(f"Tagged {', '.join(new)}"))


class _SetDate(Step):
    """Keeps a date that is set, unless it is told to write a new one."""

    column: ClassVar[str]

    class properties(Settings):
        overwrite = Boolean(
            "Overwrite", key="Overwrite", default=False, required=False, help="Also replace an earlier date."
        )

    def plan(self, context: StepContext) -> Plan:
        order = lock_order(context.order.id)
        before = getattr(order, self.column)
        if before and not context.properties.overwrite:
            return Plan.done(Result.success(f"Was set before, on {before:%Y-%m-%d}"))
        setattr(order, self.column, timezone.now())
        order.version += 1
        order.save(update_fields=[self.column, "version", "modified_at"])
        return Plan.done(Result.success())


@register
class SetCompletedDate(_SetDate):
    """Writes down when the order was completed."""

    name = "SetCompletedDate"
    label = "Set completed date"
    column = "completed_at"


@register
class SetCanceledDate(_SetDate):
    """Writes down when the order was canceled."""

    name = "SetCanceledDate"
    label = "Set canceled date"
    column = "canceled_at"
