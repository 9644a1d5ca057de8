"""Works off stored webhooks: each in a transaction of its own, again after a failure, never lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_q.tasks import async_task

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Answer, Classify, Inbound, Provider, Request
from connectors.contracts.common import WebhookEvent
from connectors.models import InboundWebhook
from connectors.runtime import runtime
from eventlog import store
from eventlog.events import Category, Outcome
from tenants.scoping import platform_scope, tenant_scope

log = logging.getLogger(__name__)

Handler = Callable[[ConnectorConfig, WebhookEvent], None]

#: Tries of one event, and the wait before the second in seconds; it doubles up to an hour.
TRIES = 10
FIRST_WAIT = 30
LONGEST_WAIT = 3600

_State = InboundWebhook.State
_handlers: list[tuple[type[Provider], Handler]] = []


def register_handler(contract: type[Provider], handler: Handler) -> None:
    """Let `handler(connector, event)` work on the events of connectors that fulfil a contract.

    It runs in the transaction that marks the event as done and may raise to be tried again later.
    """
    if (contract, handler) not in _handlers:
        _handlers.append((contract, handler))


def read(config: ConnectorConfig, inbound: Inbound) -> list[WebhookEvent] | str:
    """The events of a verified webhook, or why its body cannot be read."""
    implementation: Any = registry.get(config.slug)
    try:
        return list(implementation(config, _NoDoor()).read_webhook(inbound))
    except Exception as error:
        log.exception("a verified webhook of connector %s cannot be read", config.id)
        return f"{type(error).__name__}: {error}"


def ring_after_commit() -> None:
    """Wake a worker; a lost wake-up only delays, because the sweeper looks too."""
    transaction.on_commit(_ring, robust=True)


def work_off_due(limit: int = 100) -> int:
    """Handle up to `limit` events that are due, oldest first; returns how many were tried."""
    with platform_scope("stored webhooks of all tenants"):
        due = InboundWebhook.objects.filter(state=_State.RECEIVED, next_try_at__lte=timezone.now())
        found = list(due.order_by("pk").values_list("pk", "tenant_id")[:limit])
    return sum(_work_off(pk, tenant_id) for pk, tenant_id in found)


class _NoDoor:
    """Reading a webhook asks nobody."""

    def send(self, request: Request, classify: Classify) -> Answer:
        return _refuse()

    def next_key(self, part: str = "") -> str | None:
        return None


def _refuse() -> NoReturn:
    raise RuntimeError("a webhook is read without calling the provider")


def _ring() -> None:
    async_task("connectors.inbox.work_off_due")


def _work_off(pk: int, tenant_id: int) -> bool:
    """False when another worker has it. The try is counted before it, in case it takes the process down."""
    with tenant_scope(tenant_id):
        if not _count(pk):
            return False
        try:
            with transaction.atomic():
                row = InboundWebhook.objects.select_for_update().get(pk=pk)
                _handle(row)
                row.state, row.error, row.done_at = _State.DONE, "", timezone.now()
                row.save(update_fields=["state", "error", "done_at"])
        except Exception as error:
            log.exception("webhook %s was not handled", pk)
            _put_off(pk, error)
    return True


def _count(pk: int) -> bool:
    """Claim by moving the next try into the future; whoever moves it first has it."""
    now = timezone.now()
    due = InboundWebhook.objects.filter(pk=pk, state=_State.RECEIVED, next_try_at__lte=now)
    return bool(due.update(attempts=F("attempts") + 1, next_try_at=now + timedelta(seconds=LONGEST_WAIT)))


def _handle(row: InboundWebhook) -> None:
    config = runtime(row.tenant_id).connectors[row.connector_id]
    implementation = registry.get(config.slug)
    events = read(config, _inbound(row))
    if isinstance(events, str):
        raise ValueError(events)
    for event in events:
        if event.id[:255] == row.event_id:
            for contract, handler in _handlers:
                if issubclass(implementation, contract):
                    handler(config, event)


def _inbound(row: InboundWebhook) -> Inbound:
    return Inbound(
        method=row.method,
        url=row.url,
        headers=row.headers,
        body=bytes(row.body),
        received_at=row.received_at.timestamp(),
    )


def _put_off(pk: int, error: Exception) -> None:
    row = InboundWebhook.objects.get(pk=pk)
    row.error = f"{type(error).__name__}: {error}"
    wait = min(FIRST_WAIT * 2 ** (row.attempts - 1), LONGEST_WAIT)
    row.next_try_at = timezone.now() + timedelta(seconds=wait)
    if row.attempts >= TRIES:
        row.state = _State.FAILED
        store.record(
            Category.ERROR,
            f"Webhook {row.event_type} {row.event_id} was given up after {TRIES} tries: {row.error}",
            tenant_id=row.tenant_id,
            outcome=Outcome.ERROR,
            connector_id=row.connector_id,
            operation="webhook",
        )
    row.save(update_fields=["error", "next_try_at", "state"])
