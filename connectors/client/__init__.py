"""The one HTTP door. Nothing else in the project sends a request; see `open_door`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.auth import Token
from connectors.client.deadline import Deadline
from connectors.client.door import HttpDoor
from connectors.client.egress import EgressPolicy
from connectors.client.ports import MemoryTokens, Ports, TokenStore
from connectors.compiled import ConnectorConfig

if TYPE_CHECKING:
    from connectors.calls import Prepared

__all__ = ["Deadline", "EgressPolicy", "MemoryTokens", "Ports", "Token", "TokenStore", "guard", "open_door"]


def _no_guard() -> None:
    """Outside Django there is no transaction that could be open."""


#: Called before every send; the Django half puts a check in its place that raises inside an open transaction.
guard: Callable[[], None] = _no_guard


def open_door(
    config: ConnectorConfig,
    ports: Ports,
    prepared: Prepared,
    key: str | None,
    deadline: Deadline | None = None,
) -> HttpDoor:
    """The door of one operation. `key` is its idempotency key, None for reads.

    Without `deadline` the operation has `prepared.deadline_s` seconds from now, over all its requests and tries.
    """
    deadline = deadline or Deadline.after(prepared.deadline_s)
    return HttpDoor(config, ports, prepared, key, deadline, lambda: guard())
