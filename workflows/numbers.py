"""Order numbers that the tenant did not bring along."""

from __future__ import annotations

from django.db import connection

from workflows.models import OrderNumberSequence

#: The first generated number of a tenant is the one after this.
START = 10_000


def next_number(tenant_id: int) -> str:
    """The next number of the tenant's sequence, in one statement on every database; never the same twice.

    Called before the order's transaction, because the row stays locked until the end of the one it is in.
    """
    table = connection.ops.quote_name(OrderNumberSequence._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (tenant_id, last) VALUES (%s, %s) "  # noqa: S608
            f"ON CONFLICT (tenant_id) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [tenant_id, START + 1],
        )
        return str(cursor.fetchone()[0])
