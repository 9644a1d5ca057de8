"""Lists that go on after the last row seen instead of counting: the millionth row is as near as the first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

BEFORE, AFTER = "before", "after"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 19


class _Turning:
    """What the skin's footer asks for its template."""

    template_name = "admin/keyset.html"


def mark(row: Any, moment: str) -> str:
    """The place of a row in a list by time, such as "1764120000000000.17"."""
    return f"{(getattr(row, moment) - _EPOCH) // _MICROSECOND}.{row.pk}"


def beyond(rows: QuerySet, moment: str, place: str, *, older: bool) -> QuerySet:
    """The rows before or after a place; all of them when the place cannot be read."""
    found = _read(place)
    if found is None:
        return rows
    at, pk = found
    side = "lt" if older else "gt"
    # The first condition alone finds the place in an index; the second one tells rows of the same moment apart.
    return rows.filter(
        Q(**{f"{moment}__{side}e": at}), Q(**{f"{moment}__{side}": at}) | Q(**{f"pk__{side}": pk})
    )


def batches(rows: QuerySet, moment: str, size: int) -> Iterator[list[Any]]:
    """All rows, newest first, a batch at a time: nothing is held open and little is held in memory."""
    ordered, place = rows.order_by(f"-{moment}", "-pk"), ""
    while True:
        batch = list(beyond(ordered, moment, place, older=True)[:size])
        if batch:
            yield batch
        if len(batch) < size:
            return
        place = mark(batch[-1], moment)


class KeysetChangeList(ChangeList):
    """For a ModelAdmin with `moment`, the name of its time field, and `ordering = ["-<moment>", "-id"]`."""

    older = newer = newest = ""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in {BEFORE, AFTER}}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """A changed filter begins at the newest row again."""
        query: str = super().get_query_string(new_params, [*(remove or ()), BEFORE, AFTER])
        return query

    def get_results(self, request: HttpRequest) -> None:
        self.can_show_all = self.multi_page = False
        self.show_full_result_count = self.show_admin_actions = True
        self.paginator = _Turning()
        self.result_list, more = self._page(request)
        # Of the page only; that both are the same keeps the skin from telling a number of all.
        self.result_count = self.full_result_count = len(self.result_list)
        self._link(request, more)

    def _page(self, request: HttpRequest) -> tuple[list[Any], bool]:
        moment, size = self.model_admin.moment, self.list_per_page
        back = AFTER in request.GET
        place = request.GET.get(AFTER if back else BEFORE, "")
        rows = beyond(self.queryset, moment, place, older=not back)
        found = list((rows.order_by(moment, "pk") if back else rows)[: size + 1])
        kept = found[:size]
        return (kept[::-1] if back else kept), len(found) > size

    def _link(self, request: HttpRequest, more: bool) -> None:
        rows, moment, back = self.result_list, self.model_admin.moment, AFTER in request.GET
        if back or BEFORE in request.GET:
            self.newest = self.get_query_string()
        if rows and (more or back):
            self.older = self.get_query_string({BEFORE: mark(rows[-1], moment)})
        if rows and (more if back else BEFORE in request.GET):
            self.newer = self.get_query_string({AFTER: mark(rows[0], moment)})


def _read(place: str) -> tuple[datetime, int] | None:
    at, _, pk = place.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= _LONGEST for part in (at, pk)):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(at)), int(pk)
    except OverflowError:
        return None
