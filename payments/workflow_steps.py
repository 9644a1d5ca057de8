"""Steps that move money: AuthorizePayment, CapturePayments, CancelPayments, RefundPayments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors import registry
from connectors.calls import CallSpec
from payments import exporting as exporting
from payments import judging, ledger
from payments import verifying as verifying
from payments.judging import NO_ACTIVE, UNDECIDED
from payments.models import Payment, PaymentState
from payments.stepkit import PaymentStep, Review
from tenants.money import Money
from workflows.steps.base import Plan, StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class AuthorizePayment(PaymentStep):
    """Reserves each payment's amount. After a decline a new run tries again, a retry of the same run never does."""

    name = "AuthorizePayment"
    label = "Authorise payment"

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        for payment in payments:
            if payment.state in UNDECIDED and payment.provider_id:
                yield self.call(context, payment, self._next(context, payment), payment.amount)
            elif payment.state == PaymentState.PENDING or _may_try_again(payment, context):
                yield self.call(context, payment, "authorize", payment.amount)

    def _next(self, context: StepContext, payment: Payment) -> str:
        """What brings a payment on that the shopper or the provider had to confirm."""
        connector = context.runtime.connectors.get(payment.connector_id)
        if connector is None or connector.problem:
            return "status"
        return "authorize" if getattr(registry.get(connector.slug), "approves_first", False) else "status"

    def judge(self, review: Review, verdict: Verdict) -> None:
        for payment in review.payments:
            judging.authorization(payment, review.failures.get(payment.reference), verdict)
        if not verdict.lines:
            verdict.warning(NO_ACTIVE)


@register
class CapturePayments(PaymentStep):
    """Takes what is ordered and not yet taken, from each payment at most what is authorised."""

    name = "CapturePayments"
    label = "Capture payments"

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        due = _due(context, payments)
        for payment in payments:
            amount = min(payment.capturable, due)
            if amount and not payment.capturing_minor:
                yield self.call(context, payment, "capture", amount)
                due = due - amount

    def judge(self, review: Review, verdict: Verdict) -> None:
        judging.failures(review, verdict)
        for payment, asked, result in review.answered:
            judging.movement(
                "Captured", payment, asked.amount, payment.captured - asked.captured, result, verdict
            )
        if not review.active:
            verdict.warning(NO_ACTIVE)
        elif not review.failures:
            judging.shortfall(_due(review.context, review.payments), review, verdict)
        if not verdict.lines:
            verdict.success("Nothing to capture")


@register
class CancelPayments(PaymentStep):
    """Releases what is authorised and not captured."""

    name = "CancelPayments"
    label = "Cancel payments"

    def plan(self, context: StepContext) -> Plan:
        for payment in ledger.lock_payments(context.order.id):
            ledger.withdraw_unsent(payment)
        return super().plan(context)

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        for payment in payments:
            opened = payment.state in UNDECIDED and payment.provider_id
            if payment.capturable or opened:
                yield self.call(context, payment, "cancel", payment.capturable)

    def judge(self, review: Review, verdict: Verdict) -> None:
        judging.failures(review, verdict)
        for payment, asked, result in review.answered:
            judging.release(payment, asked.amount, result, verdict)
        for payment in review.active:
            judging.left_over(payment, payment.reference in review.answers, verdict)
        if not verdict.lines:
            cancelled = any(payment.state == PaymentState.CANCELLED for payment in review.payments)
            verdict.success("Nothing to cancel") if cancelled else verdict.warning(NO_ACTIVE)


@register
class RefundPayments(PaymentStep):
    """Gives back everything that is captured and not yet refunded."""

    name = "RefundPayments"
    label = "Refund payments"

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        for payment in payments:
            if payment.refundable and not payment.refunding_minor:
                yield self.call(context, payment, "refund", payment.refundable)

    def judge(self, review: Review, verdict: Verdict) -> None:
        judging.failures(review, verdict)
        for payment, asked, result in review.answered:
            judging.movement(
                "Refunded", payment, asked.amount, payment.refunded - asked.refunded, result, verdict
            )
        if not review.active:
            verdict.warning(NO_ACTIVE)
        if not verdict.lines:
            verdict.success("Nothing to refund")


def _may_try_again(payment: Payment, context: StepContext) -> bool:
    return payment.state == PaymentState.DECLINED and payment.declined_in != context.step_run_id


def _due(context: StepContext, payments: Sequence[Payment]) -> Money:
    """What is ordered and neither captured nor being captured."""
    total = context.order.total
    taken = sum(payment.captured_minor + payment.capturing_minor for payment in payments)
    return Money.from_minor(max(0, total.minor - taken), total.currency)
