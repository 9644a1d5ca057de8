"""The only place where a payment's money and state change: facts go in, totals follow. Callers hold the row's lock.

Facts may come late, twice and in any order. What they add up to (totals.py) does not depend on it, money that was
told is never untold by older news, and a state that we do not know counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.contracts.payment import State
from payments.facts import Fact
from payments.merging import merge
from payments.models import Payment, PaymentEntry, PaymentState
from payments.totals import totals_of

_TOTALS = ("authorized", "captured", "refunded", "cancelled", "capturing", "refunding")
_WAITING = (PaymentState.PENDING, PaymentState.UNKNOWN)
_ENDED = (PaymentState.DECLINED, PaymentState.CANCELLED, PaymentState.EXPIRED)
_PAYMENT_FIELDS = ["provider_id", "state", "raw_state", "reason", "declined_in", "modified_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Facts with what came along. `word` is the provider's state; `opening` tells that our own call opened the
    payment object `provider_id`, which then takes the place of one that holds no money."""

    facts: Sequence[Fact] = ()
    word: State | None = None
    provider_id: str = ""
    raw_state: str = ""
    reason: str = ""
    source: str = ""
    opening: bool = False


def lock_payments(order_id: int) -> list[Payment]:
    """The payments of an order in their order, locked until the transaction ends."""
    return list(Payment.objects.select_for_update().filter(order_id=order_id).order_by("position"))


def apply(payment: Payment, news: News) -> bool:
    """Record news of a locked payment, in memory and in the database. True when its money or state changed."""
    rows = list(payment.entries.all())
    touched = merge(payment, rows, news.facts, news.source)
    before = _standing_of(payment)
    payment.provider_id = _object(payment, rows, news)
    totals = totals_of(rows, payment.provider_id)
    for name in _TOTALS:
        setattr(payment, f"{name}_minor", getattr(totals, name))
    payment.state = totals.state or _waiting_state(payment, news)
    _describe(payment, news, changed=payment.state != before[0])
    _save(payment, touched)
    return _standing_of(payment) != before


def _standing_of(payment: Payment) -> tuple[object, ...]:
    amounts = [getattr(payment, f"{name}_minor") for name in _TOTALS]
    return (payment.state, payment.provider_id, *amounts)


def _object(payment: Payment, rows: Sequence[PaymentEntry], news: News) -> str:
    """The provider's object that this payment is: one that holds money, else the newest that we opened."""
    current, told = payment.provider_id, news.provider_id
    if not told or told == current or totals_of(rows, current).has_money:
        return current
    wins = news.opening or not current or any(fact.brings_money for fact in news.facts)
    return told if wins else current


def _waiting_state(payment: Payment, news: News) -> PaymentState:
    """Without money and without an end: our own call's last word, else what was known."""
    if news.opening and news.word in (State.PENDING, State.UNKNOWN):
        return PaymentState(news.word.value)
    known = PaymentState(payment.state)
    return known if known in _WAITING else PaymentState.PENDING


def _describe(payment: Payment, news: News, *, changed: bool) -> None:
    about_current = news.provider_id in ("", payment.provider_id)
    if about_current and (changed or news.opening):
        payment.raw_state = news.raw_state
        payment.reason = news.reason if payment.state in (*_ENDED, PaymentState.UNKNOWN) else ""
    if payment.state != PaymentState.DECLINED:
        payment.declined_in = None


def _save(payment: Payment, touched: Sequence[PaymentEntry]) -> None:
    new = [entry for entry in touched if entry.pk is None]
    for entry in touched:
        if entry.pk is not None:
            entry.save()
    PaymentEntry.objects.bulk_create(new)
    payment.save(update_fields=[*_PAYMENT_FIELDS, *(f"{name}_minor" for name in _TOTALS)])
