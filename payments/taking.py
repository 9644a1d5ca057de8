"""What an answer of a provider does to a payment, whoever asked: a step, the checkout, or the look after what was lost."""

from __future__ import annotations

from connectors.calls import Ending, Outcome
from connectors.contracts.payment import State
from payments import ledger
from payments.facts import CurrencyMismatch
from payments.models import Payment
from payments.news import News, from_outcome


def take(payment: Payment, outcome: Outcome, *, source: str, step_run_id: int | None = None) -> str | None:
    """Let a locked payment take in how a call ended; why that was no success, or None."""
    failure = None if outcome.ending is Ending.SUCCEEDED else outcome.message
    try:
        news = from_outcome(outcome, source=source)
    except CurrencyMismatch as error:
        return str(error)
    if news is None:
        return failure
    owner = _owner_of(payment, news)
    if owner:
        return f"{news.provider_id} at the provider belongs to {owner}; another payment has to pay this one"
    if news.own and news.word is State.DECLINED:
        payment.declined_in = step_run_id
    ledger.apply(payment, news)
    return failure


def _owner_of(payment: Payment, news: News) -> str:
    """Whose payment the provider's object is already; "" where it is free. A token may name any."""
    told = news.provider_id
    if not told or told == payment.provider_id:
        return ""
    others = Payment.objects.filter(connector_id=payment.connector_id, provider_id=told)
    other = others.exclude(pk=payment.pk).select_related("order").first()
    if other is None:
        return ""
    return f"order {other.order.number}" if other.order else f"another cart's payment {other.reference}"
