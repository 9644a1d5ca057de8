"""Items that a person wants tried again, with the next run of their task."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from workflows.engine.clock import database_now
from workflows.models import SyncItem

_OUT, _STOCK = SyncItem.Direction.OUT, SyncItem.Kind.STOCK


def ask_again(rows: QuerySet[Any]) -> int:
    """Make them due: what goes out is sent again as it is now, what came in is taken from what was kept of it."""
    able = Q(direction=_OUT) | Q(document__isnull=False)
    found = SyncItem.objects.filter(able, pk__in=rows.values("pk")).exclude(kind=_STOCK)
    return found.update(next_try_at=database_now())
