"""Many rows in one statement. The ORM's own builds an expression for each value, which costs a busy worker more than all
else it does; here PostgreSQL gets the rows as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Any

import orjson
from django.db import connection, models

Row = Mapping[str, Any]
#: SQL of the database's time, in the form of the ORM's Now().
NOW = {"postgresql": "STATEMENT_TIMESTAMP()", "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"}


def update_many(
    model: type[models.Model],
    rows: Sequence[Row],
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
    names = tuple(rows[0])
    sets = ", ".join(
        [f'{_column(model, name)} = v."{name}"' for name in names if name not in keys]
        + [f"{_column(model, name)} = {NOW[connection.vendor]}" for name in now]
    )
    where = [f't.{_column(model, name)} = v."{name}"' for name in keys]
    where += [f"NOT ({unless})"] if unless else []
    source, values = _source(model, names, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_table(model)} AS t SET {sets} FROM {source} WHERE {' AND '.join(where)}",  # noqa: S608
            values,
        )
        return int(cursor.rowcount)


def insert_many(
    model: type[models.Model],
    rows: Sequence[Row],
    *,
    expressions: Mapping[str, str] | None = None,
    skip_conflicts: bool = False,
    unique: Sequence[str] = (),
    update: Sequence[str] = (),
) -> list[Any]:
    """Insert rows in their order; the primary keys of those that were.

    `rows` all have the same field names (attribute names) and name every column without a default of the database's.
    `expressions` are trusted SQL for further columns, the same for each row; with `skip_conflicts` rows that are there
    already are left out. Rows whose `unique` columns are there already get the new values of the columns `update`.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    more = expressions or {}
    columns = ", ".join(_column(model, name) for name in (*names, *more))
    values = ", ".join([*(f'v."{name}"' for name in names), *more.values()])
    source, parameters = _source(model, names, rows)
    conflict = " ON CONFLICT DO NOTHING" if skip_conflicts else _on_conflict(model, unique, update)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table(model)} ({columns}) SELECT {values} FROM {source} WHERE TRUE{conflict}"  # noqa: S608
            f" RETURNING {_column(model, 'pk')}",
            parameters,
        )
        return [key for (key,) in cursor.fetchall()]


def _on_conflict(model: type[models.Model], unique: Sequence[str], update: Sequence[str]) -> str:
    if not unique:
        return ""
    named = ", ".join(_column(model, name) for name in unique)
    sets = ", ".join(f"{_column(model, name)} = EXCLUDED.{_column(model, name)}" for name in update)
    return f" ON CONFLICT ({named}) DO UPDATE SET {sets}"


def record_set(model: type[models.Model], names: Sequence[str], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    """A set of rows for a FROM clause, aliased "v" with the columns `names`, and its parameter. For PostgreSQL."""
    special = [(name, convert) for name in names if (convert := _converter(model, name))]
    document = [{name: row[name] for name in names} for row in rows]
    for name, convert in special:
        for row in document:
            row[name] = convert(row[name])
    typed = ", ".join(f'"{name}" {_type(model, name)}' for name in names)
    return f"json_to_recordset(%s::json) AS v({typed})", [_text(model, names, document)]


def _text(model: type[models.Model], names: Sequence[str], document: list[dict[str, Any]]) -> str:
    """Only the slower encoder writes whole numbers above 64 bits, which JSON and its columns may hold."""
    try:
        return orjson.dumps(document, default=_plain).decode()
    except TypeError:
        for name in names:
            if isinstance(_field(model, name), models.JSONField):
                for row in document:
                    if not isinstance(row[name], orjson.Fragment):
                        row[name] = _written(json.JSONEncoder, row[name])
        return orjson.dumps(document, default=_plain).decode()


def _source(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    if connection.vendor == "postgresql":
        return record_set(model, names, rows)
    fields = [_field(model, name) for name in names]
    values = [
        field.get_db_prep_save(row[name], connection)
        for row in rows
        for name, field in zip(names, fields, strict=True)
    ]
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    named = ", ".join(f'column{place} AS "{name}"' for place, name in enumerate(names, start=1))
    return f"(SELECT {named} FROM (VALUES {', '.join([one] * len(rows))})) AS v", values  # noqa: S608


@cache
def _converter(model: type[models.Model], name: str) -> Callable[[Any], Any] | None:
    """How a value is written into JSON, where JSON and the column's type do not see to it by themselves."""
    field = _field(model, name)
    if isinstance(field, models.JSONField):
        return None if field.encoder is None else partial(_written, field.encoder)
    prepare: Callable[[Any], Any] = field.get_prep_value
    return None if prepare.__func__.__module__.startswith("django.") else prepare  # type: ignore[attr-defined]


@cache
def _type(model: type[models.Model], name: str) -> str:
    field = _field(model, name)
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def _written(encoder: type[Any], value: Any) -> Any:
    """By the field's own encoder, to be taken over as it is."""
    return None if value is None else orjson.Fragment(encoder().encode(value))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be written in bulk")


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _column(model: type[models.Model], name: str) -> str:
    return connection.ops.quote_name(_field(model, name).column)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
