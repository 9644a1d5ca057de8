"""Forgets what stored webhooks said, long before their ids, by which repetitions are recognised."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db.models import QuerySet

from connectors.models import InboundWebhook
from tenants.clock import database_now

#: Vendors repeat a webhook for up to 30 days.
SHORTEST_DAYS = 35
ID_DAYS = 400
BATCH = 1000

_State = InboundWebhook.State


def prune_bodies(days: int, deadline: float) -> int:
    """Empty bodies and headers of worked off webhooks of the tenant in scope, and delete what is older than 400 days.
    `deadline` is a time.monotonic()."""
    old = InboundWebhook.objects.exclude(state=_State.RECEIVED)
    ancient = old.filter(received_at__lt=_ago(ID_DAYS))
    told = old.filter(received_at__lt=_ago(days), body_pruned_at__isnull=True)
    emptied = 0
    while time.monotonic() < deadline:
        emptied += (count := _empty(told))
        deleted = InboundWebhook.objects.filter(pk__in=_ids(ancient)).delete()[0]
        if max(count, deleted) < BATCH:
            break
    return emptied


def _empty(rows: QuerySet[InboundWebhook]) -> int:
    return InboundWebhook.objects.filter(pk__in=_ids(rows)).update(
        body=b"", headers={}, url="", body_pruned_at=database_now()
    )


def _ids(rows: QuerySet[InboundWebhook]) -> list[int]:
    return list(rows.order_by("received_at").values_list("pk", flat=True)[:BATCH])


def _ago(days: int) -> datetime:
    return database_now() - timedelta(days=days)
