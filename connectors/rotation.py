"""Runs keep the configuration they started with, but a rotated credential must serve them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.publishing import LiveDocument

#: What must be the same for a newer credential to be the same account's.
_ACCOUNT = ("type", "host", "is_test")
MOVED = (
    "its host, test flag or merchant account was published anew while this run was under way; run the step again"
    " to use what is published now"
)


def with_newest_credentials(
    pinned: Sequence[LiveDocument], newest: Sequence[LiveDocument]
) -> list[LiveDocument]:
    """The pinned documents with the credentials of the newest; one that moved to another account is marked `blocked`."""
    by_id = {item.object_id: item for item in newest}
    return [_merge(item, by_id.get(item.object_id)) for item in pinned]


def _merge(pinned: LiveDocument, newest: LiveDocument | None) -> LiveDocument:
    if newest is None or newest.number == pinned.number:
        return pinned
    if account(pinned.document) != account(newest.document):
        return replace(pinned, document={**pinned.document, "blocked": MOVED})
    return replace(pinned, document=_with_credentials(pinned.document, newest.document))


def account(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """What says whose account at which host a connector uses."""
    tests = [row.get("value") for row in document["properties"] if row["key"].casefold() == "istest"]
    return (*(document[name] for name in _ACCOUNT), document["authentication"]["merchant_id"], *tests)


def _with_credentials(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **old,
        "authentication": new["authentication"],
        "properties": _rows(old["properties"], new["properties"], ("key_group", "key")),
        "headers": _rows(old["headers"], new["headers"], ("name",)),
    }


def _rows(old: Sequence[Any], new: Sequence[Any], identity: tuple[str, ...]) -> list[dict[str, Any]]:
    newer = {_key(row, identity): row["secret"] for row in new if "secret" in row}
    return [
        {**row, "secret": newer.get(_key(row, identity), row["secret"])} if "secret" in row else row
        for row in old
    ]


def _key(row: Mapping[str, Any], identity: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[name].casefold() for name in identity)
