from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from unfold.contrib.filters.admin import RangeDateTimeFilter


class TimeRangeFilter(RangeDateTimeFilter):
    """From one time to another, each of them optional; a day without a time begins at midnight."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        for side, lookup in (("from", "gte"), ("to", "lte")):
            moment = self._moment(side)
            if moment is not None:
                queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": moment})
        return queryset

    def _moment(self, side: str) -> datetime | None:
        given: Any = self.used_parameters
        day = given.get(f"{self.parameter_name}_{side}_0")
        hour = given.get(f"{self.parameter_name}_{side}_1") or "00:00:00"
        try:
            found = parse_datetime(f"{day} {hour}")
        except ValueError:
            return None
        return make_aware(found) if found is not None and is_naive(found) else found
