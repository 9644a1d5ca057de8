"""A filtered part of the log as CSV, written while it is read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from tenants.adminkit import batches
from tenants.models import Tenant
from tenants.personal import showing, shown
from tenants.scoping import tenant_scope

COLUMNS = (
    "at",
    "category",
    "outcome",
    "message",
    "order_number",
    "connector_name",
    "connector_category",
    "provider",
    "operation",
    "step",
    "actor",
    "market",
    "store",
    "method",
    "url",
    "status_code",
    "duration_ms",
    "request_id",
    "run_id",
    "effect_id",
    "id",
)
_FREE = {"message", "url"}
_BATCH = 1000
#: A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    def write(self, line: str) -> str:
        return line


def as_csv(tenant: Tenant, rows: QuerySet, *, personal: bool) -> StreamingHttpResponse:
    """The answer; it reads a thousand rows at a time, after the request has left its tenant's scope."""
    answer = StreamingHttpResponse(
        _lines(tenant, rows, personal), content_type="text/csv; charset=utf-8; header=present"
    )
    name = f"event-log-{tenant.slug}-{timezone.now():%Y%m%dT%H%M%SZ}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(tenant: Tenant, rows: QuerySet, personal: bool) -> Iterator[str]:
    """A batch is encoded before it is handed out, so that no scope stays open over what the server does between."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)  # the mark by which spreadsheets know UTF-8
    found = batches(rows.only(*COLUMNS), "at", _BATCH)
    while True:
        with tenant_scope(tenant), showing(personal):
            text = "".join(writer.writerow(cells(row)) for row in next(found, ()))
        if not text:
            return
        yield text


def cells(row: Any) -> list[str]:
    return [cell(name, getattr(row, name)) for name in COLUMNS]


def cell(name: str, value: Any) -> str:
    """A value as text that no spreadsheet runs."""
    if value is None:
        return ""
    if name == "at":
        return str(value.isoformat())
    text = str(shown(value) if name in _FREE else value)
    return f"'{text}" if text.startswith(_FORMULA) else text
