"""Makes the call of one delivery. Owns no database connection; everything it needs is handed in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from connectors.client import EgressPolicy, retry
from connectors.client.single import Told, send_once
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Request
from connectors.errors import Misconfigured
from connectors.signing import StandardWebhook
from tenants.secret_value import SecretValue

SCHEME = StandardWebhook(key="secret")

#: Seconds that a receiver has, and the largest answer that is read.
TIMEOUT_S = 15.0
LARGEST_ANSWER = 256 * 1024
#: Characters of a request and of an answer that are kept.
KEPT = 4096

_GONE = 410
_TOLD_TO_WAIT = (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A subscription as the callers need it: `secrets` are those that sign now, newest first; one with a `problem` cannot
    be called until staff have seen to it."""

    id: int
    tenant_id: int
    tenant_uid: UUID
    url: str
    revision: str
    secrets: tuple[SecretValue, ...]
    headers: tuple[tuple[str, str | SecretValue], ...] = ()
    problem: str = ""

    @property
    def config(self) -> ConnectorConfig:
        """What the door goes by; the negative id keeps its connections apart from those of connectors."""
        hidden = (value for _, value in self.headers if isinstance(value, SecretValue))
        return ConnectorConfig(
            id=-self.id,
            tenant_id=self.tenant_id,
            tenant_uid=self.tenant_uid,
            revision=self.revision,
            slug="",
            name="this event subscription",
            host=self.url,
            headers=self.headers,
            timeout_ms=round(TIMEOUT_S * 1000),
            secrets=(*self.secrets, *hidden),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One try: `attempt` is the number that the delivery row had when it was claimed, and guards the recording."""

    delivery_id: int
    attempt: int
    message_id: str
    body: bytes
    receiver: Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a try ended. `retry_after` in seconds; `gone` that the receiver wants nothing more."""

    errand: Errand
    at: datetime
    duration_ms: int
    status: int | None = None
    error: str = ""
    retry_after: float | None = None
    request: dict[str, Any] | None = None
    response: dict[str, Any] | None = None

    @property
    def succeeded(self) -> bool:
        return not self.error

    @property
    def gone(self) -> bool:
        return self.status == _GONE


def deliver(errand: Errand, policy: EgressPolicy, now: Callable[[], float] = time.time) -> Result:
    """Never raises for what a receiver does."""
    at, clock = datetime.now(UTC), time.monotonic()
    told, error = None, errand.receiver.problem
    if not error:
        try:
            told = send_once(errand.receiver.config, _request(errand, now()), policy, TIMEOUT_S)
        except Misconfigured as refused:
            error = refused.message
    status = told.exchange.status if told else None
    return Result(
        errand=errand,
        at=at,
        duration_ms=round((time.monotonic() - clock) * 1000),
        status=status,
        error=error or _error(told),
        retry_after=_retry_after(told, status),
        request=_shortened(told.request) if told else None,
        response=_shortened(told.response) if told and told.response else None,
    )


def _request(errand: Errand, now: float) -> Request:
    receiver = errand.receiver
    signature = SCHEME.sign(errand.body, receiver.secrets, now=now, message_id=errand.message_id)
    return Request(
        method="POST",
        path=receiver.url,
        body=errand.body,
        headers={"Content-Type": "application/json", "Accept": "*/*", **signature},
        write=True,
        authenticated=False,
        max_bytes=LARGEST_ANSWER,
    )


def _error(told: Told | None) -> str:
    """Empty when it was delivered: a 2xx counts even where the rest of the answer is lost or useless."""
    status = told.exchange.status if told else None
    if status is not None and 200 <= status < 300:
        return ""
    if status is not None and 300 <= status < 400:
        return f"HTTP {status}: redirects are not followed; enter the address it leads to"
    failure = told.exchange.error if told else None
    return f"HTTP {status}" if status is not None else failure.message if failure else "Nothing was sent"


def _retry_after(told: Told | None, status: int | None) -> float | None:
    answer = told.exchange.answer if told else None
    if answer is None or status not in _TOLD_TO_WAIT:
        return None
    return retry.told_to_wait(answer.headers, datetime.now(UTC))


def _shortened(document: dict[str, Any]) -> dict[str, Any]:
    """Cut after redaction, so that no secret is cut in two and missed."""
    room = KEPT - len(json.dumps({**document, "body": None}, default=str))
    body = document["body"]
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    return document if len(text) <= room else {**document, "body": f"{text[: max(0, room)]}…"}
