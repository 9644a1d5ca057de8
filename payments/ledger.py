"""The only place where a payment's money and state change: news goes in, totals follow. Callers hold the row's lock.

News may come late, twice and in any order. What it adds up to (totals.py) does not depend on that, money that was
told of is never untold by older news, and a state that we do not know counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contracts.payment import State
from connectors.models import Effect
from payments.facts import OPENING
from payments.merging import merge
from payments.models import EntryKind, Payment, PaymentEntry, PaymentState, Standing
from payments.news import News
from payments.totals import totals_of

_TOTALS = ("authorized", "captured", "refunded", "cancelled", "capturing", "refunding")
_WAITING = (PaymentState.PENDING, PaymentState.UNKNOWN)
_ENDED = (PaymentState.DECLINED, PaymentState.CANCELLED, PaymentState.EXPIRED)
_LONGEST_STATE = Payment._meta.get_field("raw_state").max_length
_FIELDS = ["provider_id", "state", "raw_state", "reason", "declined_in", "modified_at"]


def lock_payments(order_id: int) -> list[Payment]:
    """The payments of an order in their order, locked until the transaction ends."""
    return list(Payment.objects.select_for_update().filter(order_id=order_id).order_by("position"))


def apply(payment: Payment, news: News) -> bool:
    """Record news of a locked payment. True when its money or state changed."""
    rows = list(payment.entries.all())
    before = _standing(payment)
    touched = reckon(payment, rows, news)
    _save(payment, touched)
    return _standing(payment) != before


def withdraw_unsent(payment: Payment) -> bool:
    """End a locked payment of which the provider has never heard. False, and nothing changes, when it may have."""
    if payment.state != PaymentState.PENDING or payment.provider_id or may_have_opened(payment):
        return False
    payment.state, payment.reason = PaymentState.CANCELLED, "It was never sent to the provider"
    payment.save(update_fields=["state", "reason", "modified_at"])
    return True


def may_have_opened(payment: Payment) -> bool:
    """Whether a call that opens the payment is under way, or nobody knows yet what became of it."""
    unsettled = (Effect.State.CALLING, Effect.State.UNKNOWN)
    calls = Effect.objects.filter(subject=payment.subject, operation__in=OPENING, state__in=unsettled)
    return calls.exists()


def reckon(payment: Payment, rows: list[PaymentEntry], news: News) -> list[PaymentEntry]:
    """Let `payment` and `rows`, all its entries, take in the news. Saves nothing; returns the entries to save."""
    touched = _supersede(rows, news) + merge(payment, rows, news.facts, news.source)
    before = payment.state
    payment.provider_id = _object(payment, rows, news)
    totals = totals_of(rows, payment.provider_id)
    for name in _TOTALS:
        setattr(payment, f"{name}_minor", getattr(totals, name))
    payment.state = totals.state or _waiting_state(payment, news)
    _describe(payment, news, changed=payment.state != before)
    return touched


def _supersede(rows: Sequence[PaymentEntry], news: News) -> list[PaymentEntry]:
    """Told by itself that the object waits again, the provider has taken up a payment that it had declined."""
    if not news.own or news.word not in (State.PENDING, State.UNKNOWN):
        return []
    declines = [row for row in rows if row.kind == EntryKind.DECLINE and row.provider_id == news.provider_id]
    over = [row for row in declines if row.standing == Standing.CONFIRMED]
    for row in over:
        row.standing = Standing.FAILED
    return over


def _standing(payment: Payment) -> tuple[object, ...]:
    amounts = [getattr(payment, f"{name}_minor") for name in _TOTALS]
    return (payment.state, payment.provider_id, *amounts)


def _object(payment: Payment, rows: Sequence[PaymentEntry], news: News) -> str:
    """The provider's object that this payment is: one that holds money, else the newest that we opened. Facts that name
    none hold whichever it is."""
    current, told = payment.provider_id, news.provider_id
    own = [row for row in rows if row.provider_id == current]
    if not told or told == current or (current and totals_of(own, current).has_money):
        return current
    named = news.opening or not current or news.replaces == current
    wins = named or any(fact.brings_money for fact in news.facts)
    return told if wins else current


def _waiting_state(payment: Payment, news: News) -> PaymentState:
    """Without money and without an end: our own question's last answer, else what was known."""
    if news.own and news.word in (State.PENDING, State.UNKNOWN):
        return PaymentState(news.word.value)
    known = PaymentState(payment.state)
    return known if known in _WAITING else PaymentState.PENDING


def _describe(payment: Payment, news: News, *, changed: bool) -> None:
    about_current = news.provider_id in ("", payment.provider_id)
    if about_current and (changed or news.own):
        payment.raw_state = news.raw_state[:_LONGEST_STATE]
        payment.reason = news.reason if payment.state in (*_ENDED, PaymentState.UNKNOWN) else ""
    if payment.state != PaymentState.DECLINED:
        payment.declined_in = None


def _save(payment: Payment, touched: Sequence[PaymentEntry]) -> None:
    new = [entry for entry in touched if entry.pk is None]
    for entry in touched:
        if entry.pk is not None:
            entry.save()
    PaymentEntry.objects.bulk_create(new)
    payment.save(update_fields=[*_FIELDS, *(f"{name}_minor" for name in _TOTALS)])
