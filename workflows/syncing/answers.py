"""What the other side says to a batch, brought to the items that were sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.contracts.catalog import BatchResult, ItemResult, ItemState
from tenants.bulk import update_many
from workflows.models import SyncItem
from workflows.syncing import records
from workflows.syncing.memory import State, Told

Item = Mapping[str, Any]

_STATES = {
    ItemState.DONE: State.SYNCED,
    ItemState.UNCHANGED: State.SYNCED,
    ItemState.SKIPPED: State.SKIPPED,
    ItemState.FAILED: State.FAILED,
}
_SILENT = "The answer says nothing about it"


def told(items: Sequence[Item], result: BatchResult) -> list[Told]:
    """One for each item that was sent; one that the answer leaves out has failed."""
    answers = {answer.key: answer for answer in result.items}
    return [_told(item, next(filter(None, map(answers.get, _keys(item))), None)) for item in items]


def refused(item: Item, message: str) -> Told:
    return Told(**_identity(item), state=State.FAILED, reason=message)


def counted(items: Iterable[Told], result: BatchResult) -> Counter[str]:
    counts = Counter("sent" if item.state == State.SYNCED else str(item.state) for item in items)
    same = sum(answer.state is ItemState.UNCHANGED for answer in result.items)
    return counts + Counter({"known there": same})


def keep_ids(model: Any, items: Sequence[Told], source: str) -> None:
    """The other side's ids among ours, without a change of ours: it would only be sent again."""
    given = {item.item_id: item.external_id for item in items if item.external_id and item.item_id}
    # Locked, because another connector may be told its own id of the same one at this moment.
    mine = model.objects.filter(pk__in=given).order_by("pk").select_for_update()
    rows = mine.values_list("pk", "external_ids") if given else ()
    fresh = [
        {"id": pk, "external_ids": {**ids, source: given[pk]}}
        for pk, ids in rows
        if ids.get(source) != given[pk]
    ]
    update_many(model, fresh, keys=["id"])


def let_rest(rows: Sequence[SyncItem]) -> None:
    """What is no more here is not tried for ever."""
    ids = [row.pk for row in rows]
    if ids:
        SyncItem.objects.filter(pk__in=ids).update(next_try_at=None, reason="It is no more here")


def _told(item: Item, answer: ItemResult | None) -> Told:
    if answer is None:
        return refused(item, _SILENT)
    state = _STATES[answer.state]
    return Told(
        **_identity(item),
        state=state,
        reason=answer.message if state != State.SYNCED else "",
        external_id=answer.external_id,
        checksum="" if state == State.FAILED else records.document_checksum(item["record"]),
        changed=True,
    )


def _identity(item: Item) -> dict[str, Any]:
    return {"key": item["key"], "part": item["part"], "item_id": item["item_id"]}


def _keys(item: Item) -> list[str]:
    """What an answer may call it: contracts let vendors name a customer by what identifies one there."""
    record = item["record"]
    return [text for name in ("sku", "number", "email", "external_id") if (text := record.get(name))]
