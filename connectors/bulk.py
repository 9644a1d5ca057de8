"""One UPDATE for many rows with different values; the ORM's own builds a CASE per row and column and is slow at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def update_many(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    now: Sequence[str] = (),
    unless: str = "",
) -> int:
    """Update each row found by its `keys`; columns in `now` get the database's time. Returns how many were updated.

    `rows` all have the same field names (attribute names). `unless` is a trusted SQL condition on the table alias
    "t"; rows for which it holds stay as they are.
    """
    if not rows:
        return 0
    names = list(rows[0])
    fields = [_field(model, name) for name in names]
    values = [
        field.get_db_prep_save(row[name], connection)
        for row in rows
        for name, field in zip(names, fields, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, fields, keys, now, unless, len(rows)), values)
        return int(cursor.rowcount)


def _statement(
    model: type[models.Model],
    fields: Sequence[Any],
    keys: Sequence[str],
    now: Sequence[str],
    unless: str,
    count: int,
) -> str:
    source = {field.attname: _typed(field, f"v.column{index}") for index, field in enumerate(fields, start=1)}
    columns = {field.attname: _quote(field.column) for field in fields}
    sets = [f"{columns[name]} = {source[name]}" for name in source if name not in keys]
    sets += [f"{_quote(_field(model, name).column)} = {_now()}" for name in now]
    where = [f"t.{columns[name]} = {source[name]}" for name in keys]
    where += [f"NOT ({unless})"] if unless else []
    placeholders = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * count)
    return (
        f"UPDATE {_quote(model._meta.db_table)} AS t SET {', '.join(sets)}"  # noqa: S608
        f" FROM (VALUES {placeholders}) AS v WHERE {' AND '.join(where)}"
    )


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _typed(field: Any, expression: str) -> str:
    """PostgreSQL takes a column of NULLs or quoted values for text; SQLite would turn dates into numbers."""
    if connection.vendor != "postgresql":
        return expression
    return f"CAST({expression} AS {field.rel_db_type(connection) if field.primary_key else field.db_type(connection)})"


def _now() -> str:
    """The same form as the ORM's Now()."""
    if connection.vendor == "postgresql":
        return "STATEMENT_TIMESTAMP()"
    return "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
