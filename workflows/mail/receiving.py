"""Mail in: stored once and linked to its order before the 2xx, so that nothing is lost and nothing counts twice."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectors import registry
from connectors.compiled import ConnectorConfig
from connectors.contracts.base import Inbound
from connectors.contracts.mail import InboundMail, MailReceiver
from connectors.errors import ProviderError
from connectors.inbox import NoDoor
from connectors.webhooks import connector_of, inbound_of
from eventlog import store
from eventlog.events import Category, Outcome
from tenants.scoping import tenant_scope
from tenants.storable import storable
from workflows.mail.linking import Link, link
from workflows.models import ReceivedMail
from workflows.notifications.deliveries import mask

log = logging.getLogger(__name__)

#: Bytes of one mail with all that is attached; vendors hand on up to 30 MB.
LARGEST_MAIL = 32 * 1024 * 1024
_TEXTS = ("message_id", "sender", "sender_name", "subject", "text", "reference")


@csrf_exempt
@require_POST
def receive_mail(request: HttpRequest, token: str) -> HttpResponse:
    """200 once stored, also for repetitions and for what is no mail; 404 for an unknown address, 413 over 32 MiB, 503 when
    it cannot be stored now, so that the sender repeats it."""
    try:
        config = connector_of(token)
        if config is None or not _takes_mail(config):
            return _text("There is no such mail address.", 404)
        body = _body(request)
        if body is None:
            _tell(config, "A mail larger than 32 MiB was refused", Outcome.WARNING)
            return _text("The mail is larger than 32 MiB.", 413)
        return _receive(config, inbound_of(request, body))
    except (DatabaseError, InterfaceError):
        log.exception("a mail cannot be stored now")
        return _text("Send it again later.", 503)


def _receive(config: ConnectorConfig, inbound: Inbound) -> HttpResponse:
    try:
        mail = _read(config, inbound)
    except ProviderError as error:
        _tell(config, f"Mail received that cannot be read: {error.message}", Outcome.ERROR)
        return _text("", 200)
    with transaction.atomic(), tenant_scope(config.tenant_id):
        _store(config, mail)
    return _text("", 200)


def _body(request: HttpRequest) -> bytes | None:
    """None for one that is too large, which is not read to its end."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LARGEST_MAIL:
        return None
    body: bytes = request.read(LARGEST_MAIL + 1)
    return None if len(body) > LARGEST_MAIL else body


def _takes_mail(config: ConnectorConfig) -> bool:
    implementation = registry.get(config.slug) if not config.problem else None
    if implementation is None or not issubclass(implementation, MailReceiver):
        return False
    return implementation.takes_mail(config.values)


def _read(config: ConnectorConfig, inbound: Inbound) -> InboundMail:
    implementation = registry.get(config.slug)
    assert issubclass(implementation, MailReceiver), "checked before the body is read"
    return implementation(config, NoDoor()).read_mail(inbound)


def _store(config: ConnectorConfig, told: InboundMail) -> None:
    mail = _storable(told)
    known = ReceivedMail.objects.filter(connector_id=config.id, message_id=mail.message_id)
    if known.update(duplicates=F("duplicates") + 1):
        return
    found = link(mail, config.id)
    row, is_new = ReceivedMail.objects.get_or_create(
        connector_id=config.id,
        message_id=mail.message_id,
        defaults={
            "order": found.order,
            "linked_by": found.how,
            "is_customers": found.is_customers,
            "sender": mail.sender,
            "sender_name": mail.sender_name,
            "recipients": list(mail.recipients),
            "subject": mail.subject,
            "text": mail.text,
            "files": [asdict(item) for item in mail.files],
            "is_verified": mail.verified,
            "is_automatic": mail.automatic,
            "sent_at": mail.sent_at,
        },
    )
    if is_new:
        _tell_of(config, row, found)


def _storable(mail: InboundMail) -> InboundMail:
    """Anybody may write characters into a mail that no database holds."""
    texts: dict[str, Any] = {name: storable(getattr(mail, name)) for name in _TEXTS}
    files = (
        replace(item, name=storable(item.name), content_type=storable(item.content_type))
        for item in mail.files
    )
    return replace(mail, **texts, recipients=tuple(map(storable, mail.recipients)), files=tuple(files))


def _tell_of(config: ConnectorConfig, row: ReceivedMail, found: Link) -> None:
    """The log is read by those too who may not see personal data."""
    what = "Automatic mail" if row.is_automatic else "Mail"
    about = found.how or "it is about no order that we know"
    _tell(
        config,
        f"{what} from {mask(row.sender)} received: {about}",
        Outcome.INFO if found.order else Outcome.WARNING,
        found,
        {"mail": row.pk, "attachments": len(row.files)},
    )


def _tell(
    config: ConnectorConfig,
    message: str,
    outcome: Outcome,
    found: Link | None = None,
    details: dict[str, int] | None = None,
) -> None:
    order = found.order if found else None
    store.record(
        Category.NOTIFICATION,
        message,
        tenant_id=config.tenant_id,
        outcome=outcome,
        order_id=order.pk if order else None,
        order_number=order.number if order else "",
        connector_id=config.id,
        connector_name=config.display_name or config.name,
        connector_category=config.category,
        provider=config.slug,
        operation="read_mail",
        details=details or {},
    )


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
