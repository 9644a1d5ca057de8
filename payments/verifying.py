"""The step that makes sure that the money is there: VerifyCaptureIsCompleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.calls import CallSpec
from payments import judging
from payments.judging import NO_ACTIVE
from payments.models import Payment
from payments.stepkit import PaymentStep, Review
from tenants.money import Money
from workflows.steps.base import StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class VerifyCaptureIsCompleted(PaymentStep):
    """Asks the provider of each active payment what is captured; an Error until that is the order's total."""

    name = "VerifyCaptureIsCompleted"
    label = "Verify capture is completed"

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        for payment in payments:
            if payment.is_active and payment.provider_id:
                yield self.call(context, payment, "status", payment.amount)

    def judge(self, review: Review, verdict: Verdict) -> None:
        judging.failures(review, verdict)
        if not review.active:
            verdict.warning(NO_ACTIVE)
            return
        total = review.context.order.total
        captured = Money.from_minor(
            sum(payment.captured_minor for payment in review.payments), total.currency
        )
        under_way = [payment for payment in review.active if payment.capturing_minor]
        for payment in under_way:
            verdict.error(f"{payment}: the provider has not confirmed the capture yet")
        if captured >= total:
            verdict.success(f"{captured} is captured")
        elif not under_way:
            verdict.error(f"{captured} of {total} is captured")
