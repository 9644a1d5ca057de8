"""How to ask the Sitoo implementation in its own tests: of answers that are told, or of the sandbox."""

from __future__ import annotations

from typing import Any

from connectors.schema import SettingsValues
from tests.contract.bench import connector
from tests.providers.asking import Asked, ask

EMPTY: dict[str, Any] = {"totalcount": 0, "items": []}


def listed(*items: Any, total: int | None = None) -> dict[str, Any]:
    return {"totalcount": len(items) if total is None else total, "items": list(items)}


def values(**settings: Any) -> SettingsValues:
    """The fixture's, with some in the place of others."""
    compiled = connector("sitoo", host="https://vendor.example").values
    return SettingsValues({**compiled._values, **settings})


def told(operation: str, request: Any, *answers: Any, field_mapping: Any = (), **settings: Any) -> Asked:
    """Ask of these answers in turn: bodies of 200, or (status, body)."""
    said = [answer if isinstance(answer, tuple) else (200, answer) for answer in answers]
    options = {"values": values(**settings), "field_mapping": field_mapping}
    return ask("sitoo", operation, request, *said, **options)


def written(asked: Asked) -> list[Any]:
    """The bodies that were sent."""
    return [body for body in asked.bodies if body is not None]
