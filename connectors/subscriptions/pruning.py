"""Deletes deliveries that are old, whatever became of them, with their tries."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from connectors.models import DeliveryAttempt, EventDelivery, EventSubscription
from tenants.clock import database_now

BATCH = 1000
#: What was missed longer ago cannot be sent any more: deliveries are not kept for longer.
LONGEST_BACK = timedelta(days=14)


def check_since(since: datetime) -> datetime:
    """The time itself. Raises ValueError, with the cure, for one from which nothing can be sent again."""
    now = timezone.now()
    if since > now:
        raise ValueError("enter a time that has passed.")
    if since < now - LONGEST_BACK:
        raise ValueError(f"enter a time within the last {LONGEST_BACK.days} days.")
    return since


def prune_deliveries(days: int, deadline: float) -> int:
    """Of the tenant in scope; those of subscriptions that are gone at once. `deadline` is a time.monotonic()."""
    deleted = 0
    known = EventSubscription.objects.filter(pk=OuterRef("subscription_id"))
    old = Q(created_at__lt=database_now() - timedelta(days=days)) | ~Exists(known)
    while time.monotonic() < deadline:
        ids = list(
            EventDelivery.objects.filter(old).order_by("created_at").values_list("pk", flat=True)[:BATCH]
        )
        DeliveryAttempt.objects.filter(delivery_id__in=ids).delete()
        EventDelivery.objects.filter(pk__in=ids).delete()
        deleted += len(ids)
        if len(ids) < BATCH:
            break
    return deleted
