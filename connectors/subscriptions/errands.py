"""From claimed deliveries to what the callers need: the receiver with its secrets opened, and the body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.models import EventDelivery, EventSubscription
from connectors.subscriptions.orders import order_documents
from connectors.subscriptions.payload import body_of
from connectors.subscriptions.sending import Errand, Receiver
from eventlog.models import Event
from tenants.models import Secret
from tenants.secret_value import SecretValue
from tenants.vault import VaultError


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
    """In the order of the deliveries; one whose event is no longer kept has no errand."""
    receiver = receiver_of(subscription, now)
    events = Event.objects.in_bulk([row.event_id for row in deliveries if row.event_id is not None])
    full = subscription.payload == EventSubscription.Payload.FULL
    orders = order_documents({row.order_id for row in deliveries if row.order_id is not None}) if full else {}
    found = []
    for row in deliveries:
        if row.event_id is not None and row.event_id not in events:
            continue
        event = None if row.event_id is None else events[row.event_id]
        order = None if row.order_id is None else orders.get(row.order_id)
        found.append(
            Errand(
                delivery_id=row.pk,
                attempt=row.attempts,
                message_id=row.message_id,
                body=body_of(row, event, order),
                receiver=receiver,
            )
        )
    return found


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
