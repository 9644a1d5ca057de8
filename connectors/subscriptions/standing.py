"""How a subscription stands: whether its receiver answers, when its owner is warned, and when it is switched off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from connectors.models import EventDelivery, EventSubscription
from connectors.subscriptions.following import OPERATION
from connectors.subscriptions.pace import GONE_AFTER, TRIES, is_gone
from connectors.subscriptions.sending import Result
from eventlog import store
from eventlog.events import Category, Outcome

#: A success that is this much newer than the one noted is worth a statement.
_WORTH_NOTING = timedelta(seconds=1)


def tell(results: Mapping[int, Sequence[Result]], changed: Collection[EventDelivery], now: datetime) -> None:
    """Note how the tries of each subscription ended. In the transaction that records them."""
    troubled = {pk for pk, mine in results.items() if any(not result.succeeded for result in mine)}
    _note_success([pk for pk in results if pk not in troubled], now)
    exhausted = {row.subscription_id for row in changed if _is_exhausted(row)}
    rows = EventSubscription.objects.select_for_update().filter(pk__in=troubled).order_by("pk")
    for subscription in rows:
        _note_trouble(subscription, results[subscription.pk], subscription.pk in exhausted, now)


def switch_on(subscription: EventSubscription) -> None:
    """Unsaved: an owner who switches it on again begins with a clean slate."""
    subscription.disabled_at = subscription.failing_since = subscription.warned_at = None
    subscription.disabled_reason = ""


def _note_success(ids: Iterable[int], now: datetime) -> None:
    noted = Q(succeeded_at__isnull=False, succeeded_at__gt=now - _WORTH_NOTING)
    well = noted & Q(failing_since__isnull=True, warned_at__isnull=True)
    EventSubscription.objects.filter(pk__in=list(ids)).exclude(well).update(
        succeeded_at=now, failing_since=None, warned_at=None
    )


def _note_trouble(
    subscription: EventSubscription, results: Sequence[Result], exhausted: bool, now: datetime
) -> None:
    subscription.failed_at = now
    if any(result.succeeded for result in results):
        subscription.succeeded_at, subscription.failing_since, subscription.warned_at = now, now, None
    subscription.failing_since = subscription.failing_since or now
    if exhausted and subscription.warned_at is None:
        subscription.warned_at = now
        _warn(subscription, f"gave a message up after {TRIES} tries: {_last_error(results)}", Outcome.WARNING)
    EventSubscription.objects.filter(pk=subscription.pk).update(
        failed_at=now,
        succeeded_at=subscription.succeeded_at,
        failing_since=subscription.failing_since,
        warned_at=subscription.warned_at,
    )
    if subscription.active and any(result.gone for result in results):
        _switch_off(subscription, "its receiver answered 410 Gone", now)
    elif subscription.active and is_gone(subscription.failing_since, now):
        _switch_off(subscription, f"nothing was delivered for {GONE_AFTER.days} days", now)


def _switch_off(subscription: EventSubscription, reason: str, now: datetime) -> None:
    subscription.active, subscription.disabled_at, subscription.disabled_reason = False, now, reason
    subscription.save(update_fields=["active", "disabled_at", "disabled_reason"])
    _warn(subscription, f"was switched off: {reason}", Outcome.ERROR)


def _warn(subscription: EventSubscription, what: str, outcome: Outcome) -> None:
    store.record(
        Category.ERROR,
        f"Event subscription {subscription.name} {what}",
        tenant_id=subscription.tenant_id,
        outcome=outcome,
        operation=OPERATION,
        details={"subscription": subscription.pk},
    )


def _is_exhausted(row: EventDelivery) -> bool:
    return row.state == EventDelivery.State.FAILED and row.event_id is not None


def _last_error(results: Sequence[Result]) -> str:
    return next((result.error for result in reversed(results) if result.error), "")
