"""Small works of other apps that a worker has to see to: `register_chore` where the app is made ready."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import Error as DatabaseError
from django_q.tasks import async_task

log = logging.getLogger(__name__)

#: Chores are looked at this often, in seconds.
LOOK_EVERY_S = 5.0

_chores: dict[str, Callable[[], bool]] = {}
_looked_at = float("-inf")


def register_chore(task: str, is_due: Callable[[], bool]) -> None:
    """`task` is the dotted name of a function without arguments that a worker calls when `is_due` says so. A wake-up may
    be lost or doubled: the function decides by itself what there is to do."""
    _chores[task] = is_due


def ring_for_chores() -> list[str]:
    """For the sweeper: wake a worker for each chore that is due. Returns those."""
    global _looked_at
    if time.monotonic() - _looked_at < LOOK_EVERY_S:
        return []
    _looked_at = time.monotonic()
    found = [task for task, is_due in _chores.items() if _asks(task, is_due)]
    for task in found:
        async_task(task)
    return found


def _asks(task: str, is_due: Callable[[], bool]) -> bool:
    try:
        return is_due()
    except DatabaseError:
        raise
    except Exception:
        log.exception("chore %s cannot say whether it is due", task)
        return False
