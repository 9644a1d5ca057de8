"""What of ours is to be sent: rows in the order of change, as they would go out, and those that say something new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet

from connectors.schema import Boolean, Integer, Settings
from workflows.models import SyncItem
from workflows.stock.sending import Place
from workflows.stock.settled import settled_until
from workflows.syncing import records
from workflows.syncing.memory import State

LARGEST_BATCH = 250


class ExportRules(Settings):
    batch_size = Integer(
        "BatchSize",
        key="BatchSize",
        required=False,
        default=LARGEST_BATCH,
        help="Items a call, at most; the implementation may take fewer.",
    )
    full = Boolean(
        "Full",
        key="Full",
        required=False,
        default=False,
        help="Each run compares everything with what was sent last, sends what differs and marks what was deleted here.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An item as it would be sent; with a `problem` it is not."""

    key: str
    part: str = ""
    item_id: int
    record: Any = None
    problem: str = ""


def later(rows: QuerySet[Any], place: Place) -> QuerySet[Any]:
    later = Q(modified_at__gt=place.modified_at) | Q(modified_at=place.modified_at, pk__gt=place.pk)
    settled = rows.filter(later, modified_at__lt=settled_until())
    return settled.order_by("modified_at", "pk")


def is_news(row: SyncItem | None, item: Outgoing) -> bool:
    """Whether it says something else than what was sent last, or is to be told as a failure."""
    if row is None:
        return True
    if item.problem:
        return row.reason != item.problem
    return row.state in {State.FAILED, State.GONE} or row.checksum != records.checksum(item.record)


def sorted_out(chosen: Sequence[Outgoing]) -> dict[str, Any]:
    """As JSON that is kept with the run: what is sent, and what cannot be."""
    items = [
        {"key": item.key, "part": item.part, "item_id": item.item_id, "record": records.dump(item.record)}
        for item in chosen
        if not item.problem
    ]
    broken = [
        {
            "key": item.key,
            "part": item.part,
            "item_id": item.item_id,
            "state": "failed",
            "reason": item.problem,
        }
        for item in chosen
        if item.problem
    ]
    return {"items": items, "broken": broken}


def grown(place: Place, most: int) -> Place:
    """After a halved batch the next ones grow again."""
    size = place.size * 2 if place.size and place.size * 2 < most else 0
    return replace(place, size=size)
