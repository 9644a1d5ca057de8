"""Webhooks in: accept, then work. A verified event is stored under its id before the 2xx, and handled after it."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectors import inbox, registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Inbound, Provider
from connectors.contracts.common import WebhookEvent
from connectors.contracts.events import UNREADABLE
from connectors.errors import BadSignature, ProviderError
from connectors.inbox import register_handler, work_off_due
from connectors.models import Connector, InboundWebhook
from connectors.runtime import runtime
from connectors.signing import Unsigned
from connectors.webhook_material import with_fetched
from connectors.webhook_secrets import former_secret, signing_secret
from eventlog import store
from eventlog.events import Category
from eventlog.redaction.names import is_sensitive
from tenants.scoping import platform_scope, tenant_scope

__all__ = ["connector_of", "inbound_of", "receive", "register_handler", "work_off_due"]

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
LONGEST_HANDSHAKE = 1000
#: A connector's bad signatures are logged at most this often, in seconds.
LOG_EVERY = 60.0

_logged: dict[int, float] = {}


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """200 once stored, also for repetitions; 401 for a bad signature, 404 for an unknown address, 413 over 1 MiB, 503
    when it cannot be stored or verified now, so that the sender repeats it."""
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        return HttpResponse("The body is larger than 1 MiB.", status=413, content_type="text/plain")
    try:
        return _receive(request, token, body)
    except (DatabaseError, InterfaceError):
        log.exception("a webhook cannot be stored now")
        return _later()


def _receive(request: HttpRequest, token: str, body: bytes) -> HttpResponse:
    config = connector_of(token)
    implementation = registry.get(config.slug) if config and not config.problem else None
    if config is None or (implementation and not implementation.webhook):
        return HttpResponse("There is no such webhook address.", status=404, content_type="text/plain")
    if implementation is None:
        log.warning("a webhook for connector %s cannot be verified: %s", config.id, config.problem)
        return _later()
    asked = request.GET.get(implementation.webhook_handshake) if implementation.webhook_handshake else None
    if asked is not None:
        return HttpResponse(asked[:LONGEST_HANDSHAKE], content_type="text/plain")
    inbound = inbound_of(request, body)
    try:
        _verify(config, implementation, inbound)
    except BadSignature as error:
        _log_rarely(config, error)
        return HttpResponse("The signature does not fit.", status=401, content_type="text/plain")
    except ProviderError as error:
        log.warning("a webhook for connector %s cannot be verified: %s", config.id, error)
        return _later()
    _store(config, inbound, inbox.read(config, inbound))
    return HttpResponse(implementation.webhook_answer, content_type="text/plain")


def connector_of(token: str) -> ConnectorConfig | None:
    """The published connector, retired ones included: what they began goes on."""
    with platform_scope("webhook address"):
        row = (
            Connector.objects.filter(webhook_token=token, tenant__is_active=True)
            .values("pk", "tenant_id")
            .first()
        )
    return runtime(row["tenant_id"]).connectors.get(row["pk"]) if row else None


def inbound_of(request: HttpRequest, body: bytes) -> Inbound:
    return Inbound(
        method=request.method or "",
        url=settings.CROSSDOCK_PUBLIC_URL + request.get_full_path(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        received_at=time.time(),
    )


def _verify(config: ConnectorConfig, implementation: type[Provider], inbound: Inbound) -> None:
    """Against the live secret, then against the one before it while that is fresh: vendors change over with a delay."""
    scheme = implementation.webhook_of(config.values)
    if isinstance(scheme, Unsigned) and not scheme.key:
        return
    inbound = with_fetched(scheme, config, inbound)
    try:
        scheme.verify(inbound, [signing_secret(config)], inbound.received_at)
    except BadSignature:
        former = former_secret(config)
        if former is None:
            raise
        scheme.verify(inbound, [former], inbound.received_at)


def _store(config: ConnectorConfig, inbound: Inbound, events: Sequence[WebhookEvent] | str) -> None:
    """`events` is a text when a verified body could not be read; it is kept for staff, a repetition would not help."""
    if isinstance(events, str):
        digest = hashlib.sha256(inbound.body).hexdigest()
        rows = [
            _row(
                config, inbound, f"{UNREADABLE}{digest}", "", error=events, state=InboundWebhook.State.FAILED
            )
        ]
    else:
        rows = [
            _row(config, _part(inbound, event), event.id, event.type, **_unreadable(event))
            for event in events
        ]
    with transaction.atomic(), tenant_scope(config.tenant_id):
        mine = InboundWebhook.objects.filter(
            connector_id=config.id, event_id__in=[row.event_id for row in rows]
        )
        known = set(mine.values_list("event_id", flat=True))
        if known:
            mine.update(duplicates=F("duplicates") + 1)
        fresh = [row for row in rows if row.event_id not in known]
        if fresh:
            InboundWebhook.objects.bulk_create(fresh, ignore_conflicts=True)
            for row in fresh:
                _tell(config, row)
            inbox.ring_after_commit()


def _unreadable(event: WebhookEvent) -> dict[str, str]:
    return {"error": event.problem, "state": InboundWebhook.State.FAILED} if event.problem else {}


def _part(inbound: Inbound, event: WebhookEvent) -> Inbound:
    """A post of a thousand events would be kept a thousand times over if each kept all of it."""
    return replace(inbound, body=event.body) if event.body else inbound


def _row(
    config: ConnectorConfig, inbound: Inbound, event_id: str, event_type: str, **values: str
) -> InboundWebhook:
    now = timezone.now()
    return InboundWebhook(
        tenant_id=config.tenant_id,
        connector_id=config.id,
        event_id=event_id[:255],
        event_type=event_type[:200],
        method=inbound.method,
        url=inbound.url,
        headers={name: value for name, value in inbound.headers.items() if not is_sensitive(name)},
        body=inbound.body,
        received_at=now,
        next_try_at=now,
        **values,
    )


def _tell(config: ConnectorConfig, row: InboundWebhook) -> None:
    what = (
        f"Webhook {row.event_type} received"
        if not row.error
        else f"Webhook received that cannot be read: {row.error}"
    )
    store.record(
        Category.CONNECTOR if not row.error else Category.ERROR,
        what,
        tenant_id=config.tenant_id,
        connector_id=config.id,
        connector_name=config.display_name,
        connector_category=config.category,
        provider=config.slug,
        operation="webhook",
        details={"event_id": row.event_id},
    )


def _log_rarely(config: ConnectorConfig, error: BadSignature) -> None:
    now = time.monotonic()
    if now - _logged.get(config.id, -LOG_EVERY) >= LOG_EVERY:
        _logged[config.id] = now
        log.warning("webhook for connector %s refused: %s", config.id, error)


def _later() -> HttpResponse:
    return HttpResponse(
        "Send it again later.", status=503, content_type="text/plain", headers={"Retry-After": "30"}
    )
