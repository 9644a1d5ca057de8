"""Statements that PostgreSQL gets in one go: what waits for the network is one round trip instead of one for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from django.db import connection, models

from tenants.bulk import record_set

#: Values that are written into the statement itself, with their exact type.
_LITERALS = {
    (type(None), None): "NULL",
    (str, ""): "''",
    (int, 0): "0",
    (bool, False): "FALSE",
    (bool, True): "TRUE",
}
_PLAIN = (type(None), str, int, bool)


class KeptRows:
    """Rows that are inserted again and again: what PostgreSQL gets of them is composed once. They have the same field names
    (attribute names)."""

    def __init__(self, model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
        self.model, self.rows = model, rows

    @cached_property
    def source(self) -> tuple[str, list[Any]]:
        """For a FROM clause, and its parameter."""
        return record_set(self.model, tuple(self.rows[0]), self.rows)


class Together:
    """Collects statements and runs them in their order, in the caller's transaction; on SQLite one by one."""

    def __init__(self) -> None:
        self._statements: list[tuple[str, Sequence[Any]]] = []

    def add(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """The place of its answer among those of `run`."""
        self._statements.append((sql, parameters))
        return len(self._statements) - 1

    def insert(self, model: type[models.Model], rows: Sequence[Mapping[str, Any]], **expressions: str) -> int:
        """Rows with the same field names (attribute names); answers with their keys. `expressions` are trusted SQL for
        further columns."""
        if connection.vendor == "postgresql" and len(rows) > 1:
            # Its driver writes each value of a statement by itself, which takes it longer than all else.
            return self.insert_kept(KeptRows(model, rows), {}, **expressions)
        parameters: list[Any] = []
        values = [f"({', '.join([*_values(model, row, parameters), *expressions.values()])})" for row in rows]
        return self._insert(model, [*rows[0], *expressions], f"VALUES {', '.join(values)}", parameters)

    def insert_kept(self, kept: KeptRows, same: Mapping[str, int], **expressions: str) -> int:
        """As `insert`; `same` are values by attribute name that all the rows share."""
        if connection.vendor != "postgresql":
            return self.insert(kept.model, [{**row, **same} for row in kept.rows], **expressions)
        found, document = kept.source
        names = kept.rows[0]
        chosen = ", ".join([*(f'v."{name}"' for name in names), *("%s" for _ in same), *expressions.values()])
        columns = [*names, *same, *expressions]
        return self._insert(kept.model, columns, f"SELECT {chosen} FROM {found}", [*same.values(), *document])  # noqa: S608

    def _insert(
        self, model: type[models.Model], names: Sequence[str], source: str, parameters: Sequence[Any]
    ) -> int:
        columns = ", ".join(_column(model, name) for name in names)
        table = connection.ops.quote_name(model._meta.db_table)
        returning = _column(model, model._meta.pk.attname)
        return self.add(f"INSERT INTO {table} ({columns}) {source} RETURNING {returning}", parameters)

    def update(self, model: type[models.Model], key: Any, values: Mapping[str, Any]) -> None:
        """One row by its primary key; `values` by attribute name."""
        parameters: list[Any] = []
        written = zip(values, _values(model, values, parameters), strict=True)
        sets = ", ".join(f"{_column(model, name)} = {value}" for name, value in written)
        table = connection.ops.quote_name(model._meta.db_table)
        pk = _column(model, model._meta.pk.attname)
        self.add(f"UPDATE {table} SET {sets} WHERE {pk} = %s", [*parameters, key])  # noqa: S608

    def run(self) -> list[list[tuple[Any, ...]]]:
        """What each statement returns."""
        statements, self._statements = self._statements, []
        if not statements:
            return []
        if connection.vendor == "postgresql":
            backend: Any = connection
            answers: list[list[tuple[Any, ...]]] = backend.answers_to(statements)
            return answers
        with connection.cursor() as cursor:
            return [_answer(cursor, cursor.execute(sql, values)) for sql, values in statements]


def row_of(instance: models.Model, *but: str) -> dict[str, Any]:
    """The columns of a row that is about to be inserted, by attribute name, without those in `but`."""
    return {
        field.attname: field.pre_save(instance, add=True)
        for field in instance._meta.concrete_fields
        if field.attname not in but
    }


def newest_key(model: type[models.Model]) -> str:
    """SQL of the primary key that this transaction drew last."""
    table, pk = model._meta.db_table, model._meta.pk.column
    if connection.vendor == "postgresql":
        return f"currval(pg_get_serial_sequence('{table}', '{pk}'))"
    return f"(SELECT max({pk}) FROM {table})"  # noqa: S608 - one transaction writes at a time


def _answer(cursor: Any, executed: Any) -> list[tuple[Any, ...]]:
    return list(cursor.fetchall()) if cursor.description else []


def _values(model: type[models.Model], row: Mapping[str, Any], parameters: list[Any]) -> list[str]:
    """SQL for each value; what is no literal goes to the parameters."""
    written = []
    for name, value in row.items():
        kind = type(value)
        plain = value is None or (kind in _PLAIN and not _is_json(model, name))
        literal = _LITERALS.get((kind, value)) if plain else None
        if literal is not None:
            written.append(literal)
            continue
        written.append("%s")
        as_it_is = kind is str and _is_text(model, name)
        parameters.append(value if as_it_is else _field(model, name).get_db_prep_save(value, connection))
    return written


@cache
def _column(model: type[models.Model], name: str) -> str:
    return connection.ops.quote_name(_field(model, name).column)


@cache
def _is_text(model: type[models.Model], name: str) -> bool:
    """Whether a field gives texts to every database as they are; numbers it would give with the type of their column."""
    return type(_field(model, name)) in (models.CharField, models.TextField)


@cache
def _is_json(model: type[models.Model], name: str) -> bool:
    return isinstance(_field(model, name), models.JSONField)


@cache
def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)
