"""What the door needs from outside: somewhere to put events and tokens, a clock, and the rules of egress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from connectors.access_token import is_still
from connectors.auth import Token
from connectors.client.egress import EgressPolicy
from connectors.traffic import Gates
from eventlog.events import EventData

if TYPE_CHECKING:
    from connectors.calls import Prepared


class TokenStore(Protocol):
    """Where access tokens live, by connector id. A claim is a lease that ends by itself when its holder dies."""

    def get(self, connector_id: int) -> Token | None: ...

    def claim_refresh(self, connector_id: int, seen: Token | None) -> bool:
        """Whether the caller may renew now: False when `seen` is no longer the stored one, or somebody else does it."""
        ...

    def save(self, connector_id: int, token: Token, seen: Token | None = None) -> None:
        """Store the new token in the place of `seen` and end the claim; nothing where `seen` is no longer the stored one,
        as after a person has connected or disconnected meanwhile."""
        ...

    def release(self, connector_id: int) -> None:
        """End the claim without a new token."""
        ...

    def refuse(self, connector_id: int, seen: Token, reason: str) -> None:
        """Note that the vendor renews this token no more, unless another one is stored by now; ends the claim."""
        ...


class MemoryTokens:
    """Tokens of one process, for tests and for trying a connector out without storing anything."""

    def __init__(self) -> None:
        self._tokens: dict[int, Token] = {}
        self._claimed: set[int] = set()
        self._lock = Lock()

    def get(self, connector_id: int) -> Token | None:
        return self._tokens.get(connector_id)

    def claim_refresh(self, connector_id: int, seen: Token | None) -> bool:
        with self._lock:
            if connector_id in self._claimed or self._tokens.get(connector_id) != seen:
                return False
            self._claimed.add(connector_id)
            return True

    def save(self, connector_id: int, token: Token, seen: Token | None = None) -> None:
        with self._lock:
            self._claimed.discard(connector_id)
            if is_still(self._tokens.get(connector_id), seen):
                self._tokens[connector_id] = token

    def release(self, connector_id: int) -> None:
        with self._lock:
            self._claimed.discard(connector_id)

    def refuse(self, connector_id: int, seen: Token, reason: str) -> None:
        with self._lock:
            self._claimed.discard(connector_id)
            if self._tokens.get(connector_id) == seen:
                self._tokens[connector_id] = replace(seen, refused=reason)


def utc_now() -> datetime:
    return datetime.now(UTC)


def nothing_stored(prepared: Prepared) -> bool:
    """For calls without a stored effect."""
    return True


@dataclass(frozen=True, kw_only=True)
class Ports:
    """`events` gets one event for each attempt, after its answer; `sleep` takes seconds. `gates` hold calls back.

    `renew` stores that a call goes on with its next key, before anything is sent with it; False when the call has been
    taken over by somebody else meanwhile.
    """

    events: Callable[[EventData], None]
    tokens: TokenStore = field(default_factory=MemoryTokens)
    egress: EgressPolicy = field(default_factory=EgressPolicy)
    gates: Gates = field(default_factory=Gates)
    now: Callable[[], datetime] = utc_now
    renew: Callable[[Prepared], bool] = nothing_stored
    sleep: Callable[[float], None] = time.sleep
