from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from tenants.apikit.problems import FieldError, Problem


class Pagination(CursorPagination):
    """Pages by a position in the ordering and not by number, so that new rows neither repeat nor hide others."""

    ordering = "-id"
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
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, TypeError, ValidationError):
            cure = "Follow the links next and previous as they are."
            raise _bad_query(FieldError(self.cursor_query_param, "This is not a cursor.", cure)) from None


def _bad_query(error: FieldError) -> Problem:
    return Problem(400, "validation", "The query has errors.", errors=[error])
