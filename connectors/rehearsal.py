"""What an operation would send, without sending it: the provider works with a door that only writes down.

A request that the rest depends on ends the rehearsal, because nobody answers it. Touches neither database nor network.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, NoReturn
from uuid import NAMESPACE_OID, UUID, uuid5

from connectors import registry
from connectors.auth import Token
from connectors.calls import CallSpec
from connectors.client.outgoing import auth_of, outgoing
from connectors.client.record import described
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Classify, Request
from connectors.errors import ProviderError
from tenants.secret_value import SecretValue

log = logging.getLogger(__name__)

_READ_FIRST = "It would read this first; what it sends then depends on the answer."
_NOTHING = "It would send nothing."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One request, redacted as in the event log. `write` is whether it would change something at the vendor."""

    method: str
    url: str
    headers: Mapping[str, Any]
    body: Any
    write: bool

    @property
    def text(self) -> str:
        """The body for people."""
        if self.body is None or isinstance(self.body, str):
            return self.body or ""
        return json.dumps(self.body, indent=2, ensure_ascii=False, default=str)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`note` tells what the requests do not: what follows a read, or why nothing can be sent."""

    requests: tuple[Rehearsed, ...] = ()
    note: str = ""


def rehearse(spec: CallSpec, key: str = "") -> Rehearsal:
    """The first request of an operation as it would leave; `key` is its idempotency key. Never raises for what a
    provider does."""
    if spec.connector.problem:
        return Rehearsal(note=spec.connector.problem)
    door = _Notepad(spec.connector, key if spec.write else None)
    try:
        provider = registry.get(spec.connector.slug)(spec.connector, door)
        getattr(provider, spec.operation)(spec.request)
    except _Written:
        return Rehearsal(
            tuple(door.requests), "" if door.requests[-1].write or not spec.write else _READ_FIRST
        )
    except ProviderError as error:
        return Rehearsal(tuple(door.requests), error.message)
    except Exception:
        log.exception("%s of %s cannot be rehearsed", spec.operation, spec.connector.slug)
        return Rehearsal(
            tuple(door.requests), "Internal error while building the request; the log has the details"
        )
    return Rehearsal(tuple(door.requests), _NOTHING)


class _Written(BaseException):
    """A request is written down. No Exception, so that no provider takes it for a failure."""


class _Notepad:
    """See contracts.base.Door. Nothing leaves."""

    def __init__(self, config: ConnectorConfig, key: str | None) -> None:
        self.config = config
        self.requests: list[Rehearsed] = []
        self._key = key
        self._parts = count(1)

    def send(self, request: Request, classify: Classify) -> NoReturn:
        token = _no_token() if self._needs_token(request) else None
        prepared = outgoing(self.config, registry.get(self.config.slug), request, token)
        self.requests.append(Rehearsed(write=request.write, **described(self.config, prepared, token)))
        raise _Written

    def pause(self, seconds: float) -> bool:
        return False

    def next_key(self, part: str = "") -> str | None:
        if self._key is None:
            return None
        whole = self._key or str(uuid5(NAMESPACE_OID, "rehearsal"))
        number = next(self._parts)
        return whole if number == 1 and not part else str(uuid5(UUID(whole), f"part {part or number}"))

    def _needs_token(self, request: Request) -> bool:
        if not request.authenticated or self.config.authenticated_manually:
            return False
        return auth_of(registry.get(self.config.slug)).token_request(self.config) is not None


def _no_token() -> Token:
    """Stands where the access token would; it is redacted like one."""
    return Token(access=SecretValue("token-of-a-rehearsal"), obtained_at=datetime.now(UTC))
