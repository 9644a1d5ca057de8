"""The database's clock, which decides leases, schedules and windows."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection


def database_now() -> datetime:
    """One statement; aware, in UTC. On SQLite the database runs in this process, so its clock is ours."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    read: datetime = now.astimezone(UTC)
    return read


#: Years that a time from outside can mean and every database can hold.
YEARS = range(1970, 2200)
