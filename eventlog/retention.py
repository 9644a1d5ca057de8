"""Deletes what is old, in small batches and for a limited time, so that it never holds up the writers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from eventlog.models import Event, EventPayload
from tenants.models import IdempotencyRecord
from tenants.models.idempotency import KEPT_FOR

BATCH = 1000


def prune_events(days: int, deadline: float, tenant_id: int | None = None) -> int:
    """Delete events older than `days`, with their payloads, of one tenant or of all; `deadline` is a time.monotonic()."""
    return _prune(Event, "at", _ago(days=days), deadline, tenant_id)


def prune_payloads(days: int, deadline: float, tenant_id: int | None = None) -> int:
    """Delete requests and responses older than `days` and keep their events; of one tenant or of all."""
    return _prune(EventPayload, "event__at", _ago(days=days), deadline, tenant_id)


def prune_answers(deadline: float) -> int:
    """Delete stored answers to idempotent requests that are no longer repeated."""
    return _prune(IdempotencyRecord, "created_at", timezone.now() - KEPT_FOR, deadline)


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _prune(
    model: type[models.Model],
    moment: str,
    before: datetime,
    deadline: float,
    tenant_id: int | None = None,
) -> int:
    deleted = 0
    for batch in _old_batches(model, moment, before, tenant_id):
        _, counts = model._base_manager.filter(pk__in=batch).delete()
        deleted += counts.get(model._meta.label, 0)
        if time.monotonic() >= deadline:
            break
    return deleted


def _old_batches(
    model: type[models.Model], moment: str, before: datetime, tenant_id: int | None
) -> Iterator[list[Any]]:
    """Walks by primary key, oldest first, which needs no index on the time, until a batch is young throughout."""
    last = 0
    tenant = {} if tenant_id is None else {"tenant_id": tenant_id}
    while True:
        rows = (
            model._base_manager.filter(pk__gt=last, **tenant).order_by("pk").values_list("pk", moment)[:BATCH]
        )
        found = list(rows)
        old = [pk for pk, at in found if at < before]
        if old:
            yield old
        if not old or len(found) < BATCH:
            return
        last = found[-1][0]
