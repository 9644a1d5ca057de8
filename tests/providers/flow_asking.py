"""How to ask the Flow implementation in its own tests: of answers that are told, or of the sandbox."""

from __future__ import annotations

from typing import Any

from connectors.schema import SettingsValues
from tests.contract.bench import connector
from tests.providers.asking import Asked, ask


def paged(*items: Any, total: int | None = None) -> dict[str, Any]:
    count = len(items) if total is None else total
    return {"items": list(items), "paging": {"pageNumber": 1, "pageSize": 100, "totalCount": count}}


def values(**settings: Any) -> SettingsValues:
    """The fixture's, with some in the place of others."""
    compiled = connector("flow", host="https://vendor.example").values
    return SettingsValues({**compiled._values, **settings})


def told(operation: str, request: Any, *answers: Any, options: Any = (), **settings: Any) -> Asked:
    """Ask of these answers in turn: bodies of 200, or (status, body). `options` are fields of the connector."""
    said = [answer if isinstance(answer, tuple) else (200, answer) for answer in answers]
    return ask("flow", operation, request, *said, values=values(**settings), **dict(options))


def written(asked: Asked) -> list[Any]:
    """The bodies that were sent."""
    return [body for body in asked.bodies if body is not None]
