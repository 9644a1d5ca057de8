"""Sales and Saleslines as OData shows them, with its traps: rows are counted before they are filtered, and without dates
only the newest are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from connectors.sandbox.frontsystems.tenant import FrontSystemsError, Json, Tenant, till_time

_FILTER = re.compile(r"SaleDate ge datetime'([^']+)' and SaleDate lt datetime'([^']+)'")
_LONGEST = timedelta(days=31)


def sales(tenant: Tenant, query: Mapping[str, str]) -> Json:
    wanted = _FILTER.fullmatch(query.get("$filter", ""))
    if "$filter" in query and wanted is None:
        return {"value": []}
    scanned = list(tenant.sales.values())[: int(query.get("$top", "1000"))]
    found = [row for row in scanned if not wanted or wanted[1] <= row["SaleDate"] < wanted[2]]
    return {"value": _selected(found, query)}


def rows(tenant: Tenant, query: Mapping[str, str]) -> Json:
    first, last = _day(query, "from"), _day(query, "to")
    if last - first >= _LONGEST:
        raise FrontSystemsError(400, {"message": "The period is too long"})
    scanned = tenant.rows[: int(query.get("$top", "1000"))]
    found = [row for row in scanned if first.isoformat() <= row["SaleDate"][:10] <= last.isoformat()]
    return {"value": _selected(found, query)}


def _day(query: Mapping[str, str], name: str) -> date:
    text = query.get(name, f"'{till_time().date()}'")
    if not re.fullmatch(r"'\d{4}-\d\d-\d\d'", text):
        raise FrontSystemsError(500, {"message": "An error has occurred."})
    return date.fromisoformat(text.strip("'"))


def _selected(found: list[Json], query: Mapping[str, str]) -> list[dict[str, Any]]:
    names = [name for name in query.get("$select", "").split(",") if name]
    unknown = [name for name in names if any(name not in row for row in found)]
    if unknown:
        raise FrontSystemsError(400, {"message": f"Could not find a property named '{unknown[0]}'"})
    return [{name: row[name] for name in names} if names else row for row in found]
