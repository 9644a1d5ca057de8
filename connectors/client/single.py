"""One request without the tries, gates and events of an operation, for what is no connector's: event deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors import client
from connectors.client.deadline import Deadline
from connectors.client.egress import EgressPolicy
from connectors.client.exchange import Exchange, exchange
from connectors.client.outgoing import outgoing
from connectors.client.record import answered, described
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Provider, Request


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, and the request and its answer as an event would show them, with every secret redacted."""

    exchange: Exchange
    request: dict[str, Any]
    response: dict[str, Any] | None


def send_once(config: ConnectorConfig, request: Request, policy: EgressPolicy, seconds: float) -> Told:
    """Send within that time, following no redirect. Raises Misconfigured when it cannot be sent at all."""
    client.guard()
    sent = outgoing(config, Provider, request, None)
    done = exchange(
        config,
        policy,
        sent,
        deadline=Deadline.after(seconds),
        max_bytes=request.max_bytes,
        writes=request.write,
        fresh=False,
    )
    response = answered(config, done.answer.headers, done.answer.body) if done.answer else None
    return Told(done, described(config, sent), response)
