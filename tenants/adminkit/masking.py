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

    Nobody who may not see them finds rows by these fields, nor by those that are `personal` and shown by other means:
    a filter of the address tells what it hides by what it finds. Whoever saves a masked row saves the mask.
    """

    masked: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        hidden = {*self.masked, *self.personal}
        if lookup.split("__")[0] in hidden and not may(request, Right.SEE_PERSONAL_DATA):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

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
