"""Sending again what was not delivered, what was missed, or one message; and a message to try a receiver with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.egress import egress_policy
from connectors.models import EventDelivery, EventSubscription
from connectors.subscriptions import outbox, recording
from connectors.subscriptions.claiming import CLAIMED_FOR
from connectors.subscriptions.errands import errands_of
from connectors.subscriptions.following import OPERATION, Follower, OrderFacts
from connectors.subscriptions.orders import order_facts
from connectors.subscriptions.sending import Result, deliver
from eventlog.events import Category, EventData, Outcome
from eventlog.models import Event
from tenants.clock import database_now

#: Events that are looked through at a time for those that a subscription has missed.
BATCH = 500

_State = EventDelivery.State
_TOLD = ("operation", "order_id", "order_number", "market", "store")
_NO_ORDER = OrderFacts()


class NotSent(ValueError):
    """A message cannot be sent again; the text tells why and what to do."""


def replay(delivery: EventDelivery) -> None:
    """Send one message again, under the id that it had. Raises NotSent."""
    _refuse_inactive(delivery.subscription)
    if delivery.event_id is None:
        raise NotSent("A test is not sent again; send another one.")
    if not Event.objects.filter(pk=delivery.event_id).exists():
        raise NotSent("Its event is no longer kept, so there is nothing to send.")
    _again(EventDelivery.objects.filter(pk=delivery.pk))


def replay_failed(subscription: EventSubscription, since: datetime) -> int:
    """Send again all that was given up since then; how many. Raises NotSent."""
    _refuse_inactive(subscription)
    failed = EventDelivery.objects.filter(
        subscription=subscription, state=_State.FAILED, created_at__gte=since, event_id__isnull=False
    )
    return _again(failed)


def send_missed(subscription: EventSubscription, since: datetime) -> int:
    """Send the events since then that would have been sent had the subscription been active; how many are on their way.
    Type and status of an order are those that it has now. Raises NotSent."""
    _refuse_inactive(subscription)
    values = {
        "pk": subscription.pk,
        "errors_only": subscription.errors_only,
        **{name: getattr(subscription, name) for name in ("categories", "order_types", "statuses")},
        **{name: getattr(subscription, name) for name in ("stores", "markets")},
    }
    follower, found = Follower.of(values), 0
    for events in _batches(since):
        found += _send(subscription, follower, events)
    return found


def send_test(subscription: EventSubscription) -> Result:
    """Send a message now, of which nothing but the receiver depends; also where the subscription is switched off. No
    transaction may be open."""
    now = database_now()
    delivery = EventDelivery.objects.create(
        tenant_id=subscription.tenant_id,
        subscription=subscription,
        message_id=f"test_{uuid4().hex}",
        category="Test",
        attempts=1,
        next_try_at=now + CLAIMED_FOR,
        created_at=now,
    )
    (errand,) = errands_of(subscription, [delivery], now)
    result = deliver(errand, egress_policy())
    recording.record([result], database_now())
    return result


def _refuse_inactive(subscription: EventSubscription) -> None:
    if not subscription.active:
        raise NotSent(f"{subscription.name} is switched off; tick Active and save it first.")


def _again(rows: QuerySet[EventDelivery]) -> int:
    """A round of tries of its own, at once."""
    return rows.exclude(state=_State.PENDING, attempts=0).update(
        state=_State.PENDING, attempts=0, next_try_at=database_now(), delivered_at=None, error=""
    )


def _batches(since: datetime) -> Iterator[Sequence[Event]]:
    """The tenant's events since then, oldest first."""
    last = 0
    until = timezone.now()
    while True:
        rows = Event.objects.filter(pk__gt=last, at__gte=since, at__lte=until).order_by("pk")
        found = list(rows.exclude(operation=OPERATION)[:BATCH])
        if not found:
            return
        yield found
        last = found[-1].pk


def _send(subscription: EventSubscription, follower: Follower, events: Sequence[Event]) -> int:
    told = [(event.pk, _data(event)) for event in events]
    wanted = [(pk, event) for pk, event in told if follower.may_want(event)]
    facts = order_facts({event.order_id for _, event in wanted if event.order_id is not None})
    rows = [
        outbox.row_of(subscription.pk, pk, event, order)
        for pk, event in wanted
        if follower.wants(event, order := facts.get(event.order_id or 0, _NO_ORDER))
    ]
    there = EventDelivery.objects.filter(
        subscription=subscription, message_id__in=[row["message_id"] for row in rows]
    )
    known = set(there.values_list("message_id", flat=True))
    fresh = [row for row in rows if row["message_id"] not in known]
    if fresh:
        with transaction.atomic():
            outbox.insert(fresh)
    return len(fresh)


def _data(event: Event) -> EventData:
    return EventData(
        category=Category(event.category),
        message=event.message,
        tenant_id=event.tenant_id,
        outcome=Outcome(event.outcome),
        **{name: getattr(event, name) for name in _TOLD},
    )
