"""Works off stored webhooks: each in a transaction of its own, again after a failure, never lost.

What an unsigned webhook tells is read from the vendor again before that transaction begins.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from connectors import registry
from connectors.calls import CallContext, CallSpec, Prepared, perform
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Answer, Classify, Inbound, Provider, Request
from connectors.contracts.common import WebhookEvent
from connectors.contracts.events import UNREADABLE
from connectors.inbox_turns import due_of_all
from connectors.models import InboundWebhook
from connectors.ports import direct_ports
from connectors.runtime import runtime
from connectors.signing import Unsigned
from eventlog import store
from eventlog.events import Category, Outcome
from tenants.scoping import platform_scope, tenant_scope

log = logging.getLogger(__name__)

Handler = Callable[[ConnectorConfig, WebhookEvent], None]

#: The wait before the second try of an event in seconds; it doubles up to an hour. So many tries take a day, for which an
#: event waits that names what is not known yet, such as a payment whose order is still being placed.
FIRST_WAIT = 30
LONGEST_WAIT = 3600
TRIES = 31
#: An event is not given to another worker after so many have died over it.
MOST_DEATHS = 3
#: Seconds that one try has; then its worker is taken for dead.
CLAIM_S = 120
#: Seconds that asking a vendor about one event may take, and after which the rest is left to the next turn.
CONFIRM_S = 10.0
TURN_S = 60.0
#: Seconds for which due events may lie before they are rung for, which is looked at no more often than this.
OVERLOOKED_AFTER = 10.0
#: A process rings at most this often (seconds); who was rung for looks once more after a little longer than that.
RING_EVERY = 0.2
LINGER = 0.3
#: More wake-ups than this need not wait in the queue; while no worker is there they would pile up for hours of nothing.
ENOUGH_QUEUED = 8

_State = InboundWebhook.State
_handlers: list[tuple[type[Provider], Handler]] = []
_looked_at = -OVERLOOKED_AFTER
_rang_at = -RING_EVERY


class WorkerDied(RuntimeError):
    """An event was never tried to its end."""


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
        return list(implementation(config, NoDoor()).read_webhook(inbound))
    except Exception as error:
        log.exception("a verified webhook of connector %s cannot be read", config.id)
        return f"{type(error).__name__}: {error}"


def ring_after_commit() -> None:
    """Wake a worker; a lost wake-up only delays, because the sweeper looks too."""
    transaction.on_commit(_ring_if_silent, robust=True)


def ring_for_overlooked() -> bool:
    """For the sweeper: ring where events are due that nobody has taken up. Returns whether it rang."""
    global _looked_at
    if time.monotonic() - _looked_at < OVERLOOKED_AFTER:
        return False
    _looked_at = time.monotonic()
    since = timezone.now() - timedelta(seconds=OVERLOOKED_AFTER)
    with platform_scope("stored webhooks of all tenants"):
        due = InboundWebhook.objects.filter(state=_State.RECEIVED, next_try_at__lte=since).exists()
    if due:
        _ring()
    return due


def work_off_due(limit: int = 100) -> int:
    """Handle events that are due for about a minute, `limit` at a time and of all tenants in turn; returns how many were
    tried."""
    until, tried = time.monotonic() + TURN_S, 0
    while found := due_of_all(limit):
        for pk, tenant_id in found:
            if time.monotonic() >= until:
                _ring()
                return tried
            tried += _work_off(pk, tenant_id)
    return tried


def work_off_task() -> int:
    """Entry point for django-q2: what came without a ring, because one had just been rung, is seen by the second look."""
    tried = work_off_due()
    time.sleep(LINGER)
    return tried + work_off_due()


def try_again(rows: QuerySet[InboundWebhook]) -> int:
    """For staff: have events worked off anew, at once; how many. Not those whose body is gone or cannot be read."""
    readable = rows.filter(body_pruned_at__isnull=True).exclude(event_id__startswith=UNREADABLE)
    begun = readable.update(state=_State.RECEIVED, attempts=0, deaths=0, next_try_at=timezone.now())
    if begun:
        ring_after_commit()
    return begun


class NoDoor:
    """Reading a webhook asks nobody."""

    def send(self, request: Request, classify: Classify) -> Answer:
        return _refuse()

    def pause(self, seconds: float) -> bool:
        return False

    def next_key(self, part: str = "") -> str | None:
        return None


def _refuse() -> NoReturn:
    raise RuntimeError("a webhook is read without calling the provider")


def _ring_if_silent() -> None:
    global _rang_at
    if time.monotonic() - _rang_at >= RING_EVERY:
        _rang_at = time.monotonic()
        _ring()


def _ring() -> None:
    """Queue a wake-up, unless plenty wait already: each one looks for all there is."""
    waiting = OrmQ.objects.filter(lock__lte=timezone.now()).values_list("id")
    if len(waiting[:ENOUGH_QUEUED]) < ENOUGH_QUEUED:
        async_task("connectors.inbox.work_off_task")


def _work_off(pk: int, tenant_id: int) -> bool:
    """False when another worker has it. The try is counted before it, in case it takes the process down."""
    with tenant_scope(tenant_id):
        if not _count(pk):
            return False
        try:
            row = InboundWebhook.objects.get(pk=pk)
            if row.deaths > MOST_DEATHS:
                raise WorkerDied("each worker that took it up died over it")
            config, events = _believed(row)
            with transaction.atomic():
                row = InboundWebhook.objects.select_for_update().get(pk=pk)
                if row.state != _State.RECEIVED:
                    return True
                _handle(config, events)
                row.state, row.error, row.deaths, row.done_at = _State.DONE, "", 0, timezone.now()
                row.save(update_fields=["state", "error", "deaths", "done_at"])
        except Exception as error:
            log.exception("webhook %s was not handled", pk)
            _put_off(pk, error)
    return True


def _count(pk: int) -> bool:
    """Claim by moving the next try into the future; whoever moves it first has it."""
    now = timezone.now()
    due = InboundWebhook.objects.filter(pk=pk, state=_State.RECEIVED, next_try_at__lte=now)
    until = now + timedelta(seconds=CLAIM_S)
    return bool(due.update(attempts=F("attempts") + 1, deaths=F("deaths") + 1, next_try_at=until))


def _believed(row: InboundWebhook) -> tuple[ConnectorConfig, Sequence[WebhookEvent]]:
    """What handlers get to know of a row's event: what was signed, or what the vendor confirms."""
    config = runtime(row.tenant_id).connectors[row.connector_id]
    told = read(config, _inbound(row))
    if isinstance(told, str):
        raise ValueError(told)
    events = [event for event in told if event.id[:255] == row.event_id]
    if not events:
        raise ValueError(f"what was stored is read otherwise by now and holds no event {row.event_id}")
    if not isinstance(registry.get(config.slug).webhook_of(config.values), Unsigned):
        return config, events
    return config, [confirmed for hint in events for confirmed in _confirmed(config, hint)]


def _confirmed(config: ConnectorConfig, hint: WebhookEvent) -> Sequence[WebhookEvent]:
    """Asks the vendor, so no transaction may be open. Raises ProviderError."""
    spec = CallSpec(
        connector=config, operation="confirm", subject=f"webhook:{hint.id}", request=hint, write=False
    )
    prepared = Prepared(spec=spec, context=CallContext(), deadline_s=CONFIRM_S)
    outcome = perform(prepared, direct_ports())
    if outcome.error is not None:
        raise outcome.error
    confirmed: Sequence[WebhookEvent] = outcome.result
    return confirmed


def _handle(config: ConnectorConfig, events: Sequence[WebhookEvent]) -> None:
    implementation = registry.get(config.slug)
    for event in events:
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
    if row.state != _State.RECEIVED:
        return
    row.error, row.deaths = f"{type(error).__name__}: {error}", 0
    wait = min(FIRST_WAIT * 2 ** (row.attempts - 1), LONGEST_WAIT)
    row.next_try_at = timezone.now() + timedelta(seconds=wait)
    if row.attempts >= TRIES or isinstance(error, WorkerDied):
        row.state = _State.FAILED
        store.record(
            Category.ERROR,
            f"Webhook {row.event_type} {row.event_id} was given up after {row.attempts} tries: {row.error}",
            tenant_id=row.tenant_id,
            outcome=Outcome.ERROR,
            connector_id=row.connector_id,
            operation="webhook",
        )
    row.save(update_fields=["error", "deaths", "next_try_at", "state"])
