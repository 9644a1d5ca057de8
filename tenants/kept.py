"""Queries whose SQL is kept: composing a statement costs the ORM more than running it costs the database.

A query is composed once for each kind of its values, with marks in their places, and run with the values themselves. A list
is one value, an array, whatever its length.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, models

from tenants.scoping import current_tenant_id, is_closed, tenant_scope
from tenants.together import Together

#: What all statements of `Together.run` answered.
_Answers = Sequence[Sequence[tuple[Any, ...]]]

#: A place for a value; a percent sign of the statement itself is doubled.
_PARAMETER = re.compile(r"(?<!%)%s")

_FIRST_MARK = 8_765_432_100_000_000_000
_FIRST_MOMENT = datetime(2, 2, 2, 2, 2, 2, 2, tzinfo=UTC)


class Kept:
    """`build(*values, **constants)` gives the query. Values are numbers, texts, moments or UUIDs, or lists of them for
    `__in`; the query may use them in its conditions only. There is one composed query for each set of constants. It may
    fetch related rows along, but not prefetch any.

    Elsewhere than on PostgreSQL each query is composed anew.
    """

    def __init__(self, build: Callable[..., models.QuerySet]) -> None:
        self._build = build
        self._composed: dict[Any, _Composed | None] = {}

    def __call__(self, *values: Any, **constants: Any) -> list[Any]:
        """The rows, of the tenant in scope like those of any query."""
        if not _is_kept():
            return list(self._build(*values, **constants))
        composed, given = self._for(values, constants)
        return [] if composed is None else list(composed.rows(given))

    def along(self, together: Together, *values: Any, **constants: Any) -> Callable[[_Answers], list[Any]]:
        """Has the query run with other statements; what is returned makes the rows of the answers to them. Elsewhere than
        on PostgreSQL the query is run when its rows are asked for."""
        if not _is_kept():
            return lambda _: list(self._build(*values, **constants))
        composed, given = self._for(values, constants)
        if composed is None:
            return lambda _: []
        place = together.add(composed.sql, composed.filled(given))
        return lambda answers: list(composed.made_of(answers[place]))

    def _for(
        self, values: Sequence[Any], constants: Mapping[str, Any]
    ) -> tuple[_Composed | None, Sequence[Any]]:
        """The composed query, and the values for it."""
        tenant = current_tenant_id()
        given = [list(value) if isinstance(value, tuple) else value for value in values]
        shape = (tenant is None, *map(_shape, given), *constants.items())
        if shape not in self._composed:
            self._composed[shape] = _compose(partial(self._build, **constants), given, tenant)
        return self._composed[shape], [tenant, *given]


def _is_kept() -> bool:
    return connection.vendor == "postgresql" and not is_closed()


@dataclass(frozen=True, slots=True)
class _Composed:
    """`parameters` are constants, or places in the list of all values."""

    queryset: Any
    compiler: Any
    sql: str
    parameters: Sequence[tuple[int | None, Any]]
    converters: Any

    def filled(self, values: Sequence[Any]) -> list[Any]:
        return [constant if place is None else values[place] for place, constant in self.parameters]

    def rows(self, values: Sequence[Any]) -> Iterator[Any]:
        backend: Any = connection
        with backend.prepared_cursor() as cursor:
            cursor.execute(self.sql, self.filled(values))
            return self.made_of(cursor.fetchall())

    def made_of(self, found: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        query = copy.copy(self.queryset.query)
        query.get_compiler = lambda *_, **__: _Read(self, found)
        source = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=query,
            model=self.queryset.model,
            _fields=self.queryset._fields,
            _known_related_objects={},
        )
        rows: Iterator[Any] = iter(self.queryset._iterable_class(source))
        return rows


class _Read:
    """Stands for the compiler where the ORM makes objects of rows that are at hand."""

    def __init__(self, composed: _Composed, rows: Sequence[tuple[Any, ...]]) -> None:
        self._composed, self._rows = composed, rows
        self.select = composed.compiler.select
        self.klass_info = composed.compiler.klass_info
        self.annotation_col_map = composed.compiler.annotation_col_map

    def execute_sql(self, *args: Any, **options: Any) -> None:
        return None

    def results_iter(self, *args: Any, tuple_expected: bool = False, **options: Any) -> Iterable[Any]:
        rows: Iterable[Any] = self._rows
        if self._composed.converters:
            rows = self._composed.compiler.apply_converters(rows, self._composed.converters)
        return map(tuple, rows) if tuple_expected else rows


def _compose(
    build: Callable[..., models.QuerySet], values: Sequence[Any], tenant: int | None
) -> _Composed | None:
    """None for a query that finds nothing whatever the values are."""
    marks = [_mark(_first_of(value), number) for number, value in enumerate(values)]
    own = _FIRST_MARK - 1
    given = [
        ([mark] if value else []) if isinstance(value, list) else mark
        for value, mark in zip(values, marks, strict=True)
    ]
    if tenant is None:
        queryset = build(*given)
    else:
        with tenant_scope(own):
            queryset = build(*given)
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    places = [own, *marks]
    found = [_place(item, places) for item in parameters]
    lists = {place for place, value in enumerate(values, start=1) if isinstance(value, list)}
    empty = {place for place in lists if not values[place - 1]}
    if not set(range(1, len(places))) - empty <= {place for place, _ in found}:
        raise RuntimeError(f"a value of this query is no plain condition of it: {sql}")
    fields = [column[0] for column in compiler.select[: compiler.col_count]]
    of_list = [place in lists for place, _ in found]
    return _Composed(queryset, compiler, _with_arrays(sql, of_list), found, compiler.get_converters(fields))


def _with_arrays(sql: str, of_list: Sequence[bool]) -> str:
    """The statement with `= ANY(array)` for each `IN (mark)`; `of_list` tells of each parameter whether it is a list's."""
    parts = _PARAMETER.split(sql)
    for number, is_list in enumerate(of_list):
        if not is_list:
            continue
        if not (parts[number].endswith(" IN (") and parts[number + 1].startswith(")")):
            raise RuntimeError(f"a list of this query is no plain __in of it: {sql}")
        parts[number] = parts[number].removesuffix("IN (") + "= ANY("
    return "%s".join(parts)


def _place(parameter: Any, places: Sequence[Any]) -> tuple[int | None, Any]:
    found = next(
        (
            place
            for place, mark in enumerate(places)
            if type(mark) in type(parameter).__mro__ and mark == parameter
        ),
        None,
    )
    return found, parameter


def _mark(value: Any, number: int) -> Any:
    """A value of the same type that no query holds by chance."""
    if isinstance(value, bool) or not isinstance(value, (int, str, datetime, UUID)):
        raise TypeError(f"a {type(value).__name__} is no value of a kept query")
    if isinstance(value, int):
        return _FIRST_MARK + number
    if isinstance(value, datetime):
        return _FIRST_MOMENT + timedelta(days=number)
    return UUID(int=_FIRST_MARK + number) if isinstance(value, UUID) else f"\ue000{number}\ue000"


def _first_of(value: Any) -> Any:
    """What stands for the kind of a value; of an empty list nothing is compared, so that any kind will do."""
    return (value[0] if value else 0) if isinstance(value, list) else value


def _shape(value: Any) -> Any:
    return (bool(value), _kind(_first_of(value))) if isinstance(value, list) else _kind(value)


def _kind(value: Any) -> type:
    return next((kind for kind in (datetime, UUID, int, str) if isinstance(value, kind)), type(value))
