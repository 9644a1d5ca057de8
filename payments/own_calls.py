"""What our own calls say of payments, beside what their providers told."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connectors.models import Effect
from payments.models import Payment, PaymentState

#: Calls that may still move money: lost ones, and those that are made again later.
_OPEN = (Effect.State.CALLING, Effect.State.UNKNOWN, Effect.State.RETRY)


def with_open_call(payments: Iterable[Payment], operation: str) -> list[Payment]:
    """Those of the payments of which a call of this operation may still move money."""
    return _with_call(payments, operation, _OPEN)


def ended_by_others(payments: Iterable[Payment]) -> list[Payment]:
    """Those that came to nothing and were not taken back by us: they lapsed, or the shopper or the provider ended them."""
    gone = [
        payment for payment in payments if payment.state in (PaymentState.EXPIRED, PaymentState.CANCELLED)
    ]
    cancelled = [payment for payment in gone if payment.state == PaymentState.CANCELLED]
    ours = _with_call(cancelled, "cancel", Effect.State.values)
    return [
        payment
        for payment in gone
        if payment not in cancelled or (payment.provider_id and payment not in ours)
    ]


def is_given_up(payment: Payment) -> bool:
    """Whether its money is or may be released, also before the provider has confirmed that."""
    return bool(_with_call([payment], "cancel", (*_OPEN, Effect.State.SUCCEEDED)))


def _with_call(payments: Iterable[Payment], operation: str, states: Collection[str]) -> list[Payment]:
    rows = list(payments)
    if not rows:
        return []
    subjects = [payment.subject for payment in rows]
    effects = Effect.objects.filter(subject__in=subjects, operation=operation, state__in=states)
    called = set(effects.values_list("subject", flat=True))
    return [payment for payment in rows if payment.subject in called]
