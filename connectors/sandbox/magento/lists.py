"""Searches: filters, order and pages. A page past the end repeats the last one, as Magento's collections do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connectors.sandbox.magento.shop import Json, Refused

_NAME = re.compile(r"searchCriteria\[(\w+)\](?:\[(\d+)\])?(?:\[filters\]\[(\d+)\])?(?:\[(\w+)\])?")
_MOST = 300

Condition = Callable[[Any, str], bool]
_CONDITIONS: dict[str, Condition] = {
    "eq": lambda mine, told: str(mine) == told,
    "neq": lambda mine, told: str(mine) != told,
    "in": lambda mine, told: str(mine) in told.split(","),
    "gteq": lambda mine, told: str(mine) >= told,
    "gt": lambda mine, told: str(mine) > told,
    "lteq": lambda mine, told: str(mine) <= told,
}


def listed(records: Iterable[Json], query: Mapping[str, str], aliases: Mapping[str, str] = {}) -> Json:
    """`aliases` are names of columns that the records do not have by that name."""
    filters, sorts, size, page = _read(query)
    found = [item for item in records if all(_fits(item, group, aliases) for group in filters.values())]
    for place in sorted(sorts, reverse=True):
        name = aliases.get(sorts[place]["field"], sorts[place]["field"])
        found.sort(
            key=lambda item: _sortable(item.get(name)), reverse=sorts[place].get("direction") == "DESC"
        )
    return {
        "items": _page(found, size, page),
        "search_criteria": {"filter_groups": [], "page_size": size, "current_page": page},
        "total_count": len(found),
    }


def _page(found: Sequence[Json], size: int, page: int) -> list[Json]:
    last = max(-(-len(found) // size), 1)
    start = (min(page, last) - 1) * size
    return list(found[start : start + size])


def _read(query: Mapping[str, str]) -> tuple[dict[str, dict[str, Json]], dict[int, Json], int, int]:
    filters: dict[str, dict[str, Json]] = {}
    sorts: dict[int, Json] = {}
    single = {"pageSize": "20", "currentPage": "1"}
    for name, value in query.items():
        found = _NAME.fullmatch(name)
        if found is None:
            continue
        what, index, inner, field = found.groups()
        if what in {"filterGroups", "filter_groups"}:
            filters.setdefault(index, {}).setdefault(inner, {})[field] = value
        elif what == "sortOrders":
            sorts.setdefault(int(index), {})[field] = value
        else:
            single[what] = value
    size = int(single["pageSize"])
    if size > _MOST:
        raise Refused("Maximum SearchCriteria pageSize is %1", [str(_MOST)])
    return filters, sorts, size, int(single["currentPage"])


def _fits(item: Json, group: Mapping[str, Json], aliases: Mapping[str, str]) -> bool:
    """Filters of one group are alternatives."""
    return any(
        _condition(one)(item.get(aliases.get(one["field"], one["field"])), one.get("value", ""))
        for one in group.values()
    )


def _condition(one: Json) -> Condition:
    kind = one.get("conditionType") or one.get("condition_type") or "eq"
    if kind not in _CONDITIONS:
        raise Refused("The condition type %1 is not simulated", [kind])
    return _CONDITIONS[kind]


def _sortable(value: Any) -> tuple[int, float, str]:
    return (0, float(value), "") if isinstance(value, int | float) else (1, 0.0, str(value or ""))
