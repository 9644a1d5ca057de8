"""From claimed deliveries to what the callers need: the receiver with its secrets opened, and the body."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from connectors.models import EventDelivery, EventSubscription
from connectors.subscriptions.orders import order_documents
from connectors.subscriptions.payload import body_of
from connectors.subscriptions.sending import Errand, Receiver
from eventlog.models import Event
from tenants.models import Secret
from tenants.secret_value import SecretValue
from tenants.vault import VaultError

log = logging.getLogger(__name__)


def receiver_of(subscription: EventSubscription, now: datetime) -> Receiver:
    """Never raises: what cannot be opened is the receiver's `problem`."""
    secrets: tuple[SecretValue, ...] = ()
    headers: tuple[tuple[str, str | SecretValue], ...] = ()
    problem = ""
    try:
        secrets = tuple(secret.reveal() for secret in _signing(subscription, now))
        headers = tuple(_headers(subscription))
    except VaultError as error:
        problem = f"A secret of this subscription does not open: {error}"
    return Receiver(
        id=subscription.pk,
        tenant_id=subscription.tenant_id,
        tenant_uid=subscription.tenant.uid,
        url=subscription.url,
        revision="",
        secrets=secrets,
        headers=headers,
        problem=problem or ("" if secrets else "There is no signing secret; renew it."),
    )


def errands_of(
    subscription: EventSubscription, deliveries: Sequence[EventDelivery], now: datetime
) -> list[Errand]:
    """In the order of the deliveries; one whose event is no longer kept has no errand. What cannot be put together fails by
    itself and stops nothing else."""
    receiver = receiver_of(subscription, now)
    events = Event.objects.in_bulk([row.event_id for row in deliveries if row.event_id is not None])
    kept = [row for row in deliveries if row.event_id is None or row.event_id in events]
    found = []
    for row, order in zip(kept, _orders(subscription, kept), strict=True):
        body, problem = _body(row, events.get(row.event_id or 0), order)
        found.append(
            Errand(
                delivery_id=row.pk,
                attempt=row.attempts,
                message_id=row.message_id,
                body=body,
                receiver=replace(receiver, problem=problem) if problem else receiver,
            )
        )
    return found


def _orders(
    subscription: EventSubscription, deliveries: Sequence[EventDelivery]
) -> Iterator[Mapping[str, Any] | Exception | None]:
    ids = {row.order_id for row in deliveries if row.order_id is not None}
    full = subscription.payload == EventSubscription.Payload.FULL
    orders = _documents(ids) if full else {}
    for row in deliveries:
        yield orders.get(row.order_id or 0)


def _documents(ids: Collection[int]) -> Mapping[int, Mapping[str, Any] | Exception]:
    """All at once; where that fails one by one, so that an order of which no document can be made fails alone."""
    try:
        return order_documents(ids)
    except DatabaseError:
        raise
    except Exception as error:
        if len(ids) == 1:
            return dict.fromkeys(ids, error)
        return {pk: document for one in ids for pk, document in _documents([one]).items()}


def _body(
    row: EventDelivery, event: Event | None, order: Mapping[str, Any] | Exception | None
) -> tuple[bytes, str]:
    """The body, or why there is none."""
    try:
        if isinstance(order, Exception):
            raise order
        return body_of(row, event, order), ""
    except Exception:
        log.exception("message %s cannot be put together", row.message_id)
        return b"", "Internal error while putting the message together; the log has the details"


def _signing(subscription: EventSubscription, now: datetime) -> Iterator[Secret]:
    if subscription.secret is not None:
        yield subscription.secret
    until = subscription.former_until
    if subscription.former_secret is not None and until is not None and now < until:
        yield subscription.former_secret


def _headers(subscription: EventSubscription) -> Iterator[tuple[str, str | SecretValue]]:
    for header in subscription.headers.all():
        secret = header.secret if header.is_secret else None
        yield header.name, header.value if secret is None else secret.reveal()
