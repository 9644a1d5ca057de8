"""What the payment steps share: calls on the payments of an order, their outcomes in the ledger, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from connectors.calls import CallSpec, Outcome
from connectors.contracts import payment as contract
from connectors.contracts.common import OrderDocument
from connectors.errors import Misconfigured
from connectors.runtime import TenantRuntime
from payments import ledger, requests
from payments.models import Payment
from payments.parts import PartRefused
from payments.taking import take
from tenants.money import Money
from workflows.steps.base import Plan, Result, Step, StepContext
from workflows.steps.verdict import Verdict


@dataclass(slots=True)
class Review:
    """The payments after their outcomes were applied. `failures` and `answers` are by the payment's reference."""

    context: StepContext
    payments: Sequence[Payment]
    answers: dict[str, Outcome] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def active(self) -> list[Payment]:
        return [payment for payment in self.payments if payment.is_active]

    @property
    def answered(self) -> list[tuple[Payment, contract.Payment, contract.PaymentResult]]:
        """Payments whose call succeeded, with what it asked for and what the provider said."""
        return [
            (payment, outcome.prepared.spec.request, outcome.result)
            for payment in self.payments
            if payment.reference not in self.failures
            and (outcome := self.answers.get(payment.reference)) is not None
        ]


class PaymentStep(Step):
    """One operation on the payments of an order, in their order; each goes to the connector that created it."""

    target = "payment"
    capability = contract.PaymentProvider

    def calls(self, context: StepContext, payments: Sequence[Payment]) -> Iterable[CallSpec]:
        """What is still to be called."""
        raise NotImplementedError

    def judge(self, review: Review, verdict: Verdict) -> None:
        """Say what came of it, or why there was nothing to do."""
        raise NotImplementedError

    def rows(self, context: StepContext) -> QuerySet[Payment]:
        """The order's payments, with whatever the step has to know of each."""
        return Payment.objects.filter(order_id=context.order.id).select_related("tenant").order_by("position")

    def plan(self, context: StepContext) -> Plan:
        payments = list(self.rows(context))
        try:
            calls = tuple(self.calls(context, payments))
        except PartRefused as refusal:
            return Plan.done(Result.error(str(refusal)))
        return Plan.call(*calls) if calls else Plan.done(self._verdict(Review(context, payments)))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        review = Review(context, ledger.lock_payments(context.order.id))
        payments = {payment.reference: payment for payment in review.payments}
        for outcome in outcomes:
            self._take(review, payments[outcome.prepared.spec.request.reference], outcome)
        return self._verdict(review)

    def done_before(self, context: StepContext) -> Result:
        """What was taken on may have come to nothing since: the ledger tells where the payments stand."""
        return self._verdict(Review(context, ledger.lock_payments(context.order.id)))

    def call(
        self, context: StepContext, payment: Payment, operation: str, amount: Money, **totals: Any
    ) -> CallSpec:
        """`totals` take the place of the payment's own. Raises Misconfigured when its connector or token cannot be used."""
        connector = context.runtime.connectors.get(payment.connector_id)
        if connector is None:
            raise Misconfigured(
                f"the connector that created payment {payment} is not published; publish it again"
            )
        return CallSpec(
            connector=connector,
            operation=operation,
            subject=payment.subject,
            request=replace(request_of(context, payment, amount), **totals),
            write=operation != "status",
        )

    def _take(self, review: Review, payment: Payment, outcome: Outcome) -> None:
        review.answers[payment.reference] = outcome
        step_run_id = review.context.step_run_id
        failure = take(payment, outcome, source=f"step:{step_run_id}", step_run_id=step_run_id)
        if failure is not None:
            review.failures[payment.reference] = failure

    def _verdict(self, review: Review) -> Result:
        verdict = Verdict()
        self.judge(review, verdict)
        return verdict.result()


def request_of(context: StepContext, payment: Payment, amount: Money) -> contract.Payment:
    """See request_for."""
    return request_for(context.runtime, context.order, payment, amount)


def request_for(
    live: TenantRuntime, order: OrderDocument, payment: Payment, amount: Money
) -> contract.Payment:
    """The payment as its provider needs it. Raises Misconfigured when the shopper's token does not open."""
    bare = requests.bare(live, payment, amount)
    return replace(
        bare,
        order_number=order.number,
        description=f"Order {order.number}",
        billing=order.billing,
        lines=order.lines,
    )
