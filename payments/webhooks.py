"""Webhooks of payment providers: each is a hint that moves the ledger forward, whatever order they come in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from connectors.contracts.common import WebhookEvent
from connectors.contracts.payment import PaymentEvent, State
from eventlog import store
from eventlog.events import Category, Outcome
from payments import ledger
from payments.models import Payment
from payments.news import from_event
from workflows import orders

_OPERATIONS = ("capture", "refund", "cancel")


class UnknownPayment(LookupError):
    """No payment of this connector is known by what the event names; it may be known later."""


def take(connector: Any, event: WebhookEvent) -> None:
    """Work off one verified event. Raises UnknownPayment, and CurrencyMismatch for another currency.

    `connector` is the one whose address the event came to; the payments of others are out of its reach.
    """
    alert = event.data.get("alert")
    if not alert and not isinstance(event, PaymentEvent):
        return
    with transaction.atomic():
        payment = _locked(connector.id, event)
        if isinstance(event, PaymentEvent):
            _apply(payment, event)
        if alert:
            _alert(payment, f"alert-{event.id}", str(alert))


def _apply(payment: Payment, event: PaymentEvent) -> None:
    before = payment.get_state_display()
    if ledger.apply(payment, from_event(event, payment.currency)):
        _tell(payment, event, before)
    if event.result.state is State.DECLINED and event.operation in _OPERATIONS:
        reason = event.result.reason or "the provider gave no reason"
        _alert(payment, f"payment-{event.id}", f"{event.operation.capitalize()} failed: {reason}")


def _locked(connector_id: int, event: WebhookEvent) -> Payment:
    """By our reference, else by the provider's id, also by that of an earlier attempt or of a hosted checkout."""
    for condition in _conditions(event):
        found = _of(connector_id).filter(condition).order_by("-pk").first()
        if found is not None:
            return Payment.objects.select_for_update().get(pk=found.pk)
    raise UnknownPayment(
        f"no payment is known as {event.reference or _object_of(event) or 'what the event names'}"
    )


def _conditions(event: WebhookEvent) -> list[Q]:
    named, before = _object_of(event), event.result.replaces if isinstance(event, PaymentEvent) else ""
    return [
        *([Q(reference=event.reference)] if event.reference else []),
        *([Q(provider_id=named), Q(entries__provider_id=named)] if named else []),
        *([Q(provider_id=before)] if before else []),
    ]


def _object_of(event: WebhookEvent) -> str:
    return event.provider_id or (event.result.provider_id if isinstance(event, PaymentEvent) else "")


def _of(connector_id: int) -> QuerySet[Payment]:
    return Payment.objects.filter(connector_id=connector_id)


def _tell(payment: Payment, event: PaymentEvent, before: str) -> None:
    now = payment.get_state_display()
    moved = now if now == before else f"{before} → {now}"
    store.record(
        Category.INFORMATION,
        f"Payment {payment}: {moved} ({event.type})",
        tenant_id=payment.tenant_id,
        outcome=Outcome.INFO,
        order_id=payment.order_id,
        order_number=payment.order.number if payment.order else "",
        connector_id=payment.connector_id,
        details={"reference": payment.reference, "event": event.id},
    )


def _alert(payment: Payment, key: str, text: str) -> None:
    """On the order's page; what concerns a cart has no such page and stands in the event log."""
    if payment.order_id is None:
        store.record(
            Category.ERROR,
            f"Payment {payment}: {text}",
            tenant_id=payment.tenant_id,
            outcome=Outcome.ERROR,
            connector_id=payment.connector_id,
            details={"reference": payment.reference},
        )
        return
    orders.add_error(payment.order_id, key[:120], f"Payment {payment}: {text}", reference=payment.reference)
