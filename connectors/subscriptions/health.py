"""How subscriptions stand, in figures and words for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from connectors.models import EventDelivery, EventSubscription
from tenants.personal import shown

_State = EventDelivery.State


@dataclass(frozen=True, slots=True)
class Figures:
    """Deliveries of one subscription that wait, and that were given up and are still kept."""

    pending: int = 0
    failed: int = 0


def figures(subscription_ids: Sequence[int]) -> dict[int, Figures]:
    """In one statement."""
    rows = EventDelivery.objects.filter(
        subscription_id__in=subscription_ids, state__in=[_State.PENDING, _State.FAILED]
    )
    counted = (
        rows.order_by()
        .values("subscription_id")
        .annotate(
            pending=Count("pk", filter=Q(state=_State.PENDING)),
            failed=Count("pk", filter=Q(state=_State.FAILED)),
        )
    )
    found = {row["subscription_id"]: Figures(row["pending"], row["failed"]) for row in counted}
    return {pk: found.get(pk, Figures()) for pk in subscription_ids}


def state_of(subscription: EventSubscription) -> tuple[str, str]:
    """Kind ("well", "new", "failing", "off", "disabled") and words."""
    if not subscription.active:
        return ("disabled", "Switched off by itself") if subscription.disabled_at else ("off", "Off")
    if subscription.failing_since is not None:
        return "failing", "Failing"
    return ("well", "Delivers") if subscription.succeeded_at else ("new", "Nothing sent yet")


def explanation(subscription: EventSubscription) -> str:
    kind, _ = state_of(subscription)
    if kind == "disabled":
        return (
            f"Since {subscription.disabled_at:%Y-%m-%d %H:%M} UTC: {shown(subscription.disabled_reason)}. Mend the "
            "receiver, tick Active, then use Send again."
        )
    if kind == "failing":
        last = (
            EventDelivery.objects.filter(subscription=subscription).exclude(error="").order_by("-id").first()
        )
        why = f": {shown(last.error)}" if last else ""
        return f"Nothing but failures since {subscription.failing_since:%Y-%m-%d %H:%M} UTC{why}"
    return {
        "off": "Events are not kept for it meanwhile; Send again finds what it missed.",
        "new": "Send a test to see whether its receiver answers.",
    }.get(kind, "Its receiver takes what is sent.")


def troubled() -> QuerySet[EventSubscription]:
    """Those that switched themselves off or gave messages up since they last delivered one."""
    return EventSubscription.objects.filter(
        Q(disabled_at__isnull=False, active=False) | Q(warned_at__isnull=False)
    )
