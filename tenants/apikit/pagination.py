from __future__ import annotations

import json
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from tenants.apikit.problems import FieldError, Problem
from tenants.clock import YEARS

_LARGEST = 2**63 - 1


class Pagination(CursorPagination):
    """Pages by a position in the ordering and not by number, so that new rows neither repeat nor hide others.

    A position is what all the fields of the ordering hold, the last of which is no other row's: a place counted among
    rows of the same moment would be another row's as soon as one of them changes.
    """

    ordering: Any = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        sent = request.query_params.get(self.page_size_query_param)
        if sent is None:
            return self.page_size
        if sent.isascii() and sent.isdigit() and 1 <= int(sent[:9]) <= self.max_page_size:
            return int(sent)
        cure = f"Send a number from 1 to {self.max_page_size}."
        raise _bad_query(FieldError(self.page_size_query_param, "This is not a page size.", cure))

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """Raises Problem 400 for a cursor that was not made here."""
        self.request, self.base_url = request, request.build_absolute_uri()
        self.page_size = self.get_page_size(request)
        self.ordering = self.get_ordering(request, queryset, view)
        try:
            self.cursor = self.decode_cursor(request)
            rows = self._from_cursor(queryset)
        except (NotFound, ValueError, TypeError, RecursionError, ValidationError):
            cure = "Follow the links next and previous as they are."
            raise _bad_query(FieldError(self.cursor_query_param, "This is not a cursor.", cure)) from None
        self._take(list(rows[: self.page_size + 1]))
        return self.page

    def get_next_link(self) -> str | None:
        return self._link(self.page[-1], reverse=False) if self.page and self.has_next else None

    def get_previous_link(self) -> str | None:
        return self._link(self.page[0], reverse=True) if self.page and self.has_previous else None

    def _from_cursor(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Raises ValueError."""
        cursor = self.cursor
        if cursor is None:
            return rows.order_by(*self.ordering)
        ordering = [_turned(name) for name in self.ordering] if cursor.reverse else list(self.ordering)
        return rows.order_by(*ordering).filter(_after(ordering, _read(str(cursor.position or ""))))

    def _take(self, found: list[Any]) -> None:
        """What is kept of the rows, in the order of the list; one more than a page tells that there are more."""
        back = self.cursor is not None and self.cursor.reverse
        more, kept = len(found) > self.page_size, found[: self.page_size]
        self.page = kept[::-1] if back else kept
        self.has_next = back or more
        self.has_previous = more if back else self.cursor is not None

    def _link(self, row: Any, *, reverse: bool) -> str:
        values = [attrgetter(name.lstrip("-"))(row) for name in self.ordering]
        told = [item.isoformat() if isinstance(item, datetime) else item for item in values]
        position: Any = json.dumps(told)
        return str(self.encode_cursor(Cursor(offset=0, reverse=reverse, position=position)))


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _after(ordering: list[str], values: list[Any]) -> Q:
    """The rows behind a position. The first condition alone finds the place in an index."""
    found = Q()
    for name, value in reversed(list(zip(ordering, values, strict=True))):
        field, side = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        beyond = Q(**{f"{field}__{side}": value})
        found = Q(**{f"{field}__{side}e": value}) & (beyond | found) if found else beyond
    return found


def _read(position: str) -> list[Any]:
    """Raises ValueError for what no position is."""
    values = json.loads(position)
    if not isinstance(values, list):
        raise ValueError("a position is a list")
    return [_value(item) for item in values]


def _value(item: Any) -> Any:
    if isinstance(item, int) and 0 <= item <= _LARGEST:
        return item
    moment = parse_datetime(item) if isinstance(item, str) else None
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("this is neither a number nor a moment")
    return moment


def _bad_query(error: FieldError) -> Problem:
    return Problem(400, "validation", "The query has errors.", errors=[error])
