"""What the payment steps say, payment by payment. Only money that the provider confirmed counts as success."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contracts.payment import PaymentResult, State
from payments.models import Payment, PaymentState
from payments.own_calls import ended_by_others
from payments.parts import available
from payments.stepkit import Review
from tenants.money import Money
from workflows.steps.verdict import Verdict

NO_ACTIVE = "The order has no active payment"
UNDECIDED = (PaymentState.PENDING, PaymentState.UNKNOWN)


def failures(review: Review, verdict: Verdict) -> None:
    for payment in review.payments:
        if payment.reference in review.failures:
            verdict.error(f"{payment}: {review.failures[payment.reference]}")


def authorization(payment: Payment, failure: str | None, verdict: Verdict) -> None:
    """`failure` is the message of a call that failed; a payment that ended otherwise is not spoken of."""
    if payment.state == PaymentState.DECLINED:
        verdict.error(f"{payment} was declined: {payment.reason or 'the provider gave no reason'}")
    elif failure is not None:
        verdict.error(f"{payment}: {failure}")
    elif payment.state == PaymentState.UNKNOWN:
        verdict.error(f"{payment}: {_not_understood(payment.raw_state)}")
    elif payment.state == PaymentState.PENDING:
        verdict.warning(f"{payment} is not authorised yet: the shopper or the provider has to confirm it")
    elif payment.is_active and payment.authorized < payment.amount:
        verdict.warning(f"{payment}: only {payment.authorized} is authorised")
    elif payment.is_active:
        verdict.success(f"{payment} is authorised")


def ended(payments: Sequence[Payment], verdict: Verdict) -> None:
    """Of payments that hold no money and never will."""
    for payment in payments:
        verdict.error(f"{payment} is {payment.state}, and nothing is authorised; have it paid anew")


def movement(
    verb: str, payment: Payment, asked: Money, moved: Money, result: PaymentResult, verdict: Verdict
) -> None:
    """What became of a capture or a refund; `moved` is what the ledger grew by."""
    if asked <= moved:
        verdict.success(f"{verb} {moved} ({payment.method_name})")
    elif result.state is State.UNKNOWN:
        verdict.error(f"{payment}: {_not_understood(result.raw_state)}")
    elif result.state is State.PENDING:
        verdict.success(f"{payment}: the provider took on {asked} and will confirm it")
    elif moved:
        verdict.warning(f"{verb} only {moved} of {asked} ({payment.method_name})")
    else:
        verdict.error(f"{payment}: {result.reason or 'the provider moved nothing'}")


def release(payment: Payment, asked: Money, result: PaymentResult, verdict: Verdict) -> None:
    """What became of a cancellation."""
    if result.state is State.UNKNOWN:
        verdict.error(f"{payment}: {_not_understood(result.raw_state)}")
    elif not payment.capturable and payment.state not in UNDECIDED:
        verdict.success(f"Released {asked} ({payment.method_name})" if asked else f"{payment} is cancelled")
    elif result.state is State.PENDING:
        verdict.success(f"{payment}: the provider took the cancellation on and will confirm it")
    else:
        verdict.error(f"{payment}: {result.reason or 'the provider still holds the money'}")


def left_over(payment: Payment, was_asked: bool, verdict: Verdict) -> None:
    """What a cancellation cannot reach."""
    if payment.capturing_minor and payment.capturable:
        verdict.error(
            f"{payment}: {payment.money(payment.capturing_minor)} is being captured, so it may not be released; once it"
            " is captured give it back with RefundPayments"
        )
    if payment.refundable:
        verdict.warning(f"{payment}: {payment.refundable} is captured; give it back with RefundPayments")
    elif payment.state in UNDECIDED and not was_asked:
        verdict.error(
            f"{payment}: it is not known yet whether it was authorised; run CancelPayments again once it is"
        )
    elif payment.capturable and not was_asked:
        verdict.error(
            f"{payment}: {payment.capturable} is not released; run CancelPayments anew once it is known what became of"
            " the cancellation before"
        )


def still_owed(payments: Sequence[Payment], review: Review, verdict: Verdict) -> None:
    """What of these payments was to be given back and was not asked for, or is not there yet."""
    for payment in payments:
        if payment.capturing_minor:
            amount = payment.money(payment.capturing_minor)
            verdict.error(f"{payment}: {amount} is still being captured; run RefundPayments again once it is")
        left = available(payment, "refund")
        if left and payment.reference not in review.answers:
            verdict.error(
                f"{payment}: {left} is not given back; run RefundPayments again once it is known what became of"
                " the refunds before"
            )


def shortfall(due: Money, review: Review, verdict: Verdict) -> None:
    """What is ordered and was not captured although no call failed."""
    waiting = [payment for payment in review.active if payment.state in UNDECIDED]
    held = [payment for payment in review.active if available(payment, "capture")]
    if due and held:
        verdict.error(
            f"{due} is not captured although {', '.join(map(str, held))} is authorised; run CapturePayments anew once it"
            " is known what became of the captures before"
        )
    elif due and waiting:
        verdict.error(f"{due} is not captured: {', '.join(map(str, waiting))} is not authorised")
    elif due and (lost := lost_of(review.payments)):
        told = ", ".join(f"{payment} is {payment.state}" for payment in lost)
        verdict.error(f"{due} is not captured: {told}; have it paid anew, or lower what is ordered")
    elif due and review.active:
        verdict.warning(f"{due} of the order is not covered by an authorised payment")


def lost_of(payments: Sequence[Payment]) -> list[Payment]:
    """Payments that came to nothing although we did not take them back."""
    gone = ended_by_others(payments)
    return [payment for payment in payments if payment.state == PaymentState.DECLINED or payment in gone]


def _not_understood(raw_state: str) -> str:
    return f"the provider answered {raw_state!r}, which is no state that we know; look there before you go on"
