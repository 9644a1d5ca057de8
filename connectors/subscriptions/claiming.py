"""Which deliveries are due, and taking them: a claim moves the next try behind the time that one can take, so that a relay
that dies with it is taken over from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from connectors.models import EventDelivery, EventSubscription

#: Longer than the slowest call and the wait for a thread take together.
CLAIMED_FOR = timedelta(seconds=60)

_PENDING = EventDelivery.State.PENDING


def waiting_subscriptions(now: datetime, full: Collection[int]) -> list[EventSubscription]:
    """Active subscriptions with something due, without those in `full`, each with what it takes to call its receiver."""
    due = _due(now).filter(subscription_id=OuterRef("pk")).order_by()
    rows = EventSubscription.objects.filter(Exists(due), active=True, tenant__is_active=True)
    rows = rows.exclude(pk__in=full).select_related("tenant", "secret__tenant", "former_secret__tenant")
    return list(rows.prefetch_related("headers__secret__tenant").order_by("pk"))


def claim(subscription: EventSubscription, room: int, now: datetime) -> Sequence[EventDelivery]:
    """Up to `room` due deliveries of one subscription, counted as tried, the longest due first."""
    with transaction.atomic():
        rows = _due(now).filter(subscription_id=subscription.pk)
        if subscription.in_order:
            rows = rows.filter(~Exists(_before()) | Q(order_id__isnull=True))
        rows = rows.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        found = list(rows.order_by("next_try_at", "id")[:room])
        EventDelivery.objects.filter(pk__in=[row.pk for row in found]).update(
            attempts=F("attempts") + 1, next_try_at=now + CLAIMED_FOR
        )
    for row in found:
        row.attempts += 1
    return found


def oldest_untried(now: datetime) -> datetime | None:
    """Since when the delivery has been due that nobody has tried for the longest time; None when there is none."""
    active = EventSubscription.objects.filter(active=True, tenant__is_active=True)
    waiting = EventDelivery.objects.filter(
        state=_PENDING, attempts=0, subscription_id__in=active.values("pk"), next_try_at__lte=now
    )
    if not active.exists():
        return None
    return waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()


def in_hand(delivery_ids: Collection[int]) -> dict[int, EventDelivery]:
    """Lock these deliveries; those that are still there, by id."""
    rows = EventDelivery.objects.select_for_update().filter(pk__in=delivery_ids).order_by("pk")
    return {row.pk: row for row in rows}


def _due(now: datetime) -> QuerySet[EventDelivery]:
    return EventDelivery.objects.filter(state=_PENDING, next_try_at__lte=now)


def _before() -> QuerySet[EventDelivery]:
    return EventDelivery.objects.filter(
        subscription_id=OuterRef("subscription_id"),
        order_id=OuterRef("order_id"),
        id__lt=OuterRef("id"),
        state=_PENDING,
    ).order_by()
