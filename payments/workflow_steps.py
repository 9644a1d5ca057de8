"""Steps that move money: AuthorizePayment, CapturePayments, CancelPayments, RefundPayments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from django.db.models import QuerySet

from connectors import registry
from connectors.calls import CallSpec
from payments import exporting as exporting
from payments import judging, ledger, parts
from payments import receipts as receipts
from payments import refund_exports as refund_exports
from payments import releasing as releasing
from payments import verifying as verifying
from payments.judging import NO_ACTIVE, UNDECIDED
from payments.models import Payment, PaymentState
from payments.own_calls import ended_by_others
from payments.stepkit import PaymentStep, Review
from tenants.money import Money
from workflows.origins import origin_of
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
            if _is_open(payment):
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
        gone = ended_by_others(review.payments)
        answered = [payment for payment in gone if payment.reference in review.answers]
        judging.ended(answered if verdict.lines else gone, verdict)
        if not verdict.lines:
            verdict.warning(NO_ACTIVE)


class Movement(PaymentStep):
    """Moves money, all that is left or a part of it. A part is asked of the payments in their order."""

    properties = parts.PartSettings
    operation: ClassVar[str]
    verb: ClassVar[str]

    def rows(self, context: StepContext) -> QuerySet[Payment]:
        return parts.with_undecided(super().rows(context), self.operation, _origin(context))

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        chosen = parts.named(context.properties, payments)
        amount = parts.amount_of(context.properties, context.order.total.currency)
        if amount is None:
            parts.refuse_undecided(chosen, self.operation)
            yield from self.everything(context, chosen, payments)
            return
        for share in parts.shares(amount, chosen, self.operation, _origin(context), context.runtime):
            total = {parts.PAST[self.operation]: share.before}
            yield self.call(context, share.payment, self.operation, share.amount, **total)

    def everything(
        self, context: StepContext, chosen: Sequence[Payment], payments: Sequence[Payment]
    ) -> Iterator[CallSpec]:
        """The calls for all that is left of the chosen ones among the order's payments."""
        raise NotImplementedError

    def judge(self, review: Review, verdict: Verdict) -> None:
        judging.failures(review, verdict)
        for payment, asked, result in review.answered:
            name = parts.PAST[self.operation]
            moved = getattr(payment, name) - getattr(asked, name)
            judging.movement(self.verb, payment, asked.amount, moved, result, verdict)


@register
class CapturePayments(Movement):
    """Takes what is ordered and not yet taken, from each payment at most what is authorised; or an Amount of it."""

    name = "CapturePayments"
    label = "Capture payments"
    operation = "capture"
    verb = "Captured"

    def everything(
        self, context: StepContext, chosen: Sequence[Payment], payments: Sequence[Payment]
    ) -> Iterator[CallSpec]:
        due = _due(context, payments)
        for payment in chosen:
            amount = min(payment.capturable, due)
            if amount and not payment.capturing_minor:
                yield self.call(context, payment, "capture", amount)
                due = due - amount

    def judge(self, review: Review, verdict: Verdict) -> None:
        super().judge(review, verdict)
        if not review.failures and not _is_part(review.context):
            judging.shortfall(_due(review.context, review.payments), review, verdict)
        if not verdict.lines:
            verdict.success("Nothing to capture") if review.active else verdict.warning(NO_ACTIVE)


@register
class CancelPayments(PaymentStep):
    """Releases what is authorised and not captured."""

    name = "CancelPayments"
    label = "Cancel payments"
    properties = parts.PartSettings

    def plan(self, context: StepContext) -> Plan:
        if not _is_part(context):
            for payment in ledger.lock_payments(context.order.id):
                ledger.withdraw_unsent(payment)
        return super().plan(context)

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        chosen = parts.named(context.properties, payments)
        amount = parts.amount_of(context.properties, context.order.total.currency)
        if amount is not None:
            parts.refuse_part_of_release(amount, chosen)
        for payment in chosen:
            if payment.capturable or _is_open(payment):
                yield self.call(context, payment, "cancel", payment.capturable)

    def judge(self, review: Review, verdict: Verdict) -> None:
        judging.failures(review, verdict)
        for payment, asked, result in review.answered:
            judging.release(payment, asked.amount, result, verdict)
        for payment in [] if _is_part(review.context) else review.active:
            judging.left_over(payment, payment.reference in review.answers, verdict)
        if not verdict.lines:
            cancelled = any(payment.state == PaymentState.CANCELLED for payment in review.payments)
            verdict.success("Nothing to cancel") if cancelled else verdict.warning(NO_ACTIVE)


@register
class RefundPayments(Movement):
    """Gives back everything that is captured and not yet refunded; or an Amount of it."""

    name = "RefundPayments"
    label = "Refund payments"
    operation = "refund"
    verb = "Refunded"

    def everything(
        self, context: StepContext, chosen: Sequence[Payment], payments: Sequence[Payment]
    ) -> Iterator[CallSpec]:
        for payment in chosen:
            if payment.refundable and not payment.refunding_minor:
                yield self.call(context, payment, "refund", payment.refundable)

    def judge(self, review: Review, verdict: Verdict) -> None:
        super().judge(review, verdict)
        if not review.active:
            verdict.warning(NO_ACTIVE)
        elif not review.failures and not getattr(review.context.properties, "amount", None):
            judging.still_owed(parts.named(review.context.properties, review.payments), review, verdict)
        if not verdict.lines:
            verdict.success("Nothing to refund")


def _is_part(context: StepContext) -> bool:
    """Whether the step speaks of a part only: an amount, or one of the payments."""
    return any(getattr(context.properties, name, None) for name in ("amount", "payment"))


def _is_open(payment: Payment) -> bool:
    return payment.state in UNDECIDED and bool(payment.provider_id)


def _origin(context: StepContext) -> str:
    """That of the act's effects: what is taken up later goes on with the very parts."""
    return origin_of(context.act)


def _may_try_again(payment: Payment, context: StepContext) -> bool:
    return payment.state == PaymentState.DECLINED and payment.declined_in != context.step_run_id


def _due(context: StepContext, payments: Sequence[Payment]) -> Money:
    """What is ordered and neither captured nor being captured."""
    total = context.order.total
    taken = sum(payment.captured_minor + payment.capturing_minor for payment in payments)
    return Money.from_minor(max(0, total.minor - taken), total.currency)
