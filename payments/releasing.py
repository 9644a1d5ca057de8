"""The step that gives back what captures have left: TryReleaseRemainingAuth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.calls import CallSpec
from payments import judging, parts
from payments.models import Payment
from payments.own_calls import with_open_call
from payments.stepkit import PaymentStep, Review
from workflows.steps.base import StepContext
from workflows.steps.registry import register
from workflows.steps.verdict import Verdict


@register
class TryReleaseRemainingAuth(PaymentStep):
    """Gives back what captures have left of an authorisation. Payments of which nothing was captured are left alone, and
    those of which a capture is still to take its part."""

    name = "TryReleaseRemainingAuth"
    label = "Release remaining authorisation"
    properties = parts.WhichSettings

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterator[CallSpec]:
        left = self._left(context, payments)
        waiting = with_open_call(left, "capture")
        for payment in left:
            if payment not in waiting:
                yield self.call(context, payment, "cancel", parts.available(payment, "capture"))

    def _left(self, context: StepContext, payments: Sequence[Payment]) -> list[Payment]:
        return [
            payment
            for payment in parts.named(context.properties, payments)
            if parts.available(payment, "capture") and (payment.captured_minor or payment.capturing_minor)
        ]

    def judge(self, review: Review, verdict: Verdict) -> None:
        judging.failures(review, verdict)
        for payment in with_open_call(self._left(review.context, review.payments), "capture"):
            verdict.error(
                f"{payment}: a capture of it is still under way, so its rest is not released; run"
                " TryReleaseRemainingAuth again once that is decided"
            )
        for payment, asked, result in review.answered:
            judging.release(payment, asked.amount, result, verdict)
        if not verdict.lines:
            verdict.success("Nothing is left to release")
