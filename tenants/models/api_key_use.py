from __future__ import annotations

from django.db import connection, models


class ApiKeyUse(models.Model):
    """How many requests all processes have counted for a key in a span of time; spans are numbered."""

    api_key = models.OneToOneField(
        "tenants.ApiKey", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    span = models.BigIntegerField()
    requests = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.requests} requests in span {self.span}"


def add_requests(api_key_id: int, span: int, requests: int) -> int:
    """Count these too, in one statement; the number of all in the span, or in a later one that has begun."""
    table = connection.ops.quote_name(ApiKeyUse._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (api_key_id, span, requests) VALUES (%s, %s, %s)"  # noqa: S608
            f" ON CONFLICT (api_key_id) DO UPDATE SET"
            f" requests = EXCLUDED.requests + CASE WHEN {table}.span >= EXCLUDED.span"
            f" THEN {table}.requests ELSE 0 END,"
            f" span = CASE WHEN {table}.span >= EXCLUDED.span"
            f" THEN {table}.span ELSE EXCLUDED.span END"
            " RETURNING requests",
            [api_key_id, span, requests],
        )
        return int(cursor.fetchone()[0])
