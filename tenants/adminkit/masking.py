"""Free texts of rows that people only look at, masked for those who may not see personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.http import HttpRequest

from tenants.adminkit.rights import may
from tenants.models import Right
from tenants.personal import mask


class Masked:
    """For the read-only admin or inline of rows whose `masked` fields may hold personal data, such as a message.

    Masked rows are for looking at; whoever saves one saves the mask.
    """

    masked: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows if may(request, Right.SEE_PERSONAL_DATA) else masking(rows, self.masked)


def masking(rows: QuerySet, names: tuple[str, ...]) -> QuerySet:
    """The same rows with these fields masked when they are read."""

    class MaskedRows(ModelIterable):
        def __iter__(self) -> Iterator[Any]:
            for row in super().__iter__():
                for name in names:
                    if name in row.__dict__:
                        setattr(row, name, mask(row.__dict__[name]))
                yield row

    found = rows.all()
    found._iterable_class = MaskedRows
    return found
