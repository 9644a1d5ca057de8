"""Messages that wait for their time: a delay, opening hours at the market, and what may make them unwanted meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from connectors.contracts.common import OrderDocument
from tenants.models import Market
from tenants.time_zones import zone_of
from workflows.chart import chart_of
from workflows.models import MessageState, NotificationTemplate, SentMessage
from workflows.notifications.hours import in_words, next_opening
from workflows.steps.base import Result, StepContext


def first_due(
    template: NotificationTemplate | None, order: OrderDocument, immediately: bool
) -> datetime | None:
    """When a message that is composed now goes out; None for at once."""
    if template is None or immediately:
        return None
    return due_from(timezone.now(), template, order.market)


def due_from(now: datetime, template: NotificationTemplate, market: str) -> datetime | None:
    """When it goes out if its step runs now; None for at once."""
    due = next_opening(now + timedelta(minutes=template.delay_minutes), template.hours, zone(market))
    return due if due > now else None


def opening(template: NotificationTemplate | None, market: str) -> datetime | None:
    """When it is open again for a message whose time has come; None for now."""
    if template is None:
        return None
    now = timezone.now()
    due = next_opening(now, template.hours, zone(market))
    return due if due > now else None


def unwanted(context: StepContext, row: SentMessage, template: NotificationTemplate | None) -> str:
    """Why a message that waited is not sent any more; "" where it is."""
    if context.called_off:
        return "a later status change took its place"
    if template is None or not template.is_active:
        return f"the notification template {row.template_name} was switched off"
    moved = context.order.status.lower() != context.status.lower()
    if moved and _is_cancelled(context):
        return "the order was cancelled"
    if template.only_in_status and moved:
        return f"the order has moved on to {context.order.status}"
    return ""


def _is_cancelled(context: StepContext) -> bool:
    """Also where the cancelling status has no steps, so that nothing was called off."""
    try:
        return chart_of(context.runtime, context.order.order_type).status(context.order.status).is_canceled
    except LookupError:
        return False


def drop(row: SentMessage, why: str) -> Result:
    row.state, row.reason, row.due_at, row.content = MessageState.DROPPED, why, None, {}
    row.changed_at = timezone.now()
    row.save()
    return Result.skipped(f"Not sent: {why}")


def postponed(row: SentMessage, due: datetime, template: NotificationTemplate, market: str) -> Result:
    if row.due_at != due:
        row.due_at = due
        row.save(update_fields=["due_at"])
    return Result.postponed(due, f"Goes out {told(due, market)}{_why(template)}")


def told(due: datetime, market: str) -> str:
    """The time as the market's clocks show it, such as "on Friday 27 November at 08:00 (Europe/Oslo)"."""
    at = zone(market)
    local = due.astimezone(at)
    return f"on {local:%A} {local.day} {local:%B} at {local:%H:%M} ({at.key})"


def zone(market: str) -> ZoneInfo:
    found = Market.objects.filter(code=market).values_list("time_zone", "country").first()
    return zone_of(*found) if found else zone_of("", "")


def _why(template: NotificationTemplate) -> str:
    parts = [f"delay {in_words(template.delay_minutes)}"] if template.delay_minutes else []
    if not template.hours.always:
        parts.append(f"open {template.hours}")
    return f": {', '.join(parts)}" if parts else ""
