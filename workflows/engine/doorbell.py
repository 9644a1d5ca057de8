"""The doorbell: tells the q2 cluster that somebody should look. It carries no data and may be lost, doubled or late."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from workflows.engine.clock import database_now
from workflows.models import Worker

SLICE_TASK = "workflows.engine.pump.slice_task"

#: A process believes for this long (seconds) that a slice is polling; a bell lost that way is rung by the sweeper.
_BELIEVE_S = 0.25

#: More wake-ups than this need not wait in the queue; each one looks for all the work there is.
_ENOUGH_QUEUED = 8

_believed_until = float("-inf")


def ring_after_commit() -> None:
    """Ring once the current transaction is durable; a bell that fails is left to the sweeper, what was written stands."""
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Queue a pump slice, unless one is polling for work right now."""
    global _believed_until
    if time.monotonic() < _believed_until:
        return
    # While this thread looks, the others need not: what they have committed by then is found by whoever is woken.
    _believed_until = time.monotonic() + _BELIEVE_S
    listens = False
    try:
        listens = somebody_listens()
    finally:
        if not listens:
            _believed_until = float("-inf")
    if not listens:
        queue_slice()


def queue_slice() -> None:
    """Queue a wake-up, unless plenty wait already. Those that a cluster has taken do not count: it may be dead."""
    waiting = OrmQ.objects.filter(lock__lte=timezone.now()).values_list("id")
    if len(waiting[:_ENOUGH_QUEUED]) < _ENOUGH_QUEUED:
        async_task(SLICE_TASK)


def somebody_listens() -> bool:
    """Whether a live slice polls for work and will go on doing so for a while."""
    soon = database_now() + timedelta(seconds=_BELIEVE_S * 2)
    return Worker.objects.filter(
        listening_until__gt=soon, heartbeat_at__gt=soon - timedelta(seconds=10)
    ).exists()
