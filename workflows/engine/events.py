"""Keeps the events of calls, whichever of them cannot be kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, transaction

from eventlog.events import EventData
from eventlog.store import record_many

log = logging.getLogger(__name__)


def store_events(events: Sequence[EventData]) -> None:
    """One that cannot be stored is left out: it must not take those of all other calls, or their answers, with it. Raises
    OperationalError or InterfaceError where the database is away; nothing is stored then but what was before."""
    if events and not _stored(events):
        for event in events:
            _stored([event])


def _stored(events: Sequence[EventData]) -> bool:
    try:
        with transaction.atomic():
            record_many(events)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("%d events of calls could not be stored", len(events))
        return False
    return True
