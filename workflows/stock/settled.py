"""Up to when exports may look: what becomes visible behind their cursor would never be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection

from workflows.engine.clock import database_now

#: Changes younger than this wait for the next run.
SETTLED_AFTER = timedelta(seconds=30)
#: A transaction that hangs for longer than this holds exports up no further.
_LONGEST = timedelta(minutes=10)

_OLDEST = """
SELECT min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def settled_until() -> datetime:
    """Whatever was changed until then is committed: no transaction that is writing began earlier, and the time of a
    change is the database's own."""
    now = database_now()
    until = now - SETTLED_AFTER
    oldest = _oldest_writer()
    return max(min(until, oldest), now - _LONGEST) if oldest else until


def _oldest_writer() -> datetime | None:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        (began,) = cursor.fetchone()
    return began and began.astimezone(UTC)
