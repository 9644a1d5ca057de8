"""What the payment steps share: calls on the payments of an order, their outcomes in the ledger, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from connectors.calls import CallSpec, Ending, Outcome
from connectors.contracts import payment as contract
from connectors.contracts.common import OrderDocument
from connectors.errors import Misconfigured
from connectors.runtime import TenantRuntime
from payments import ledger
from payments.facts import CurrencyMismatch
from payments.methods import KIND
from payments.models import Payment
from payments.news import News, from_outcome
from tenants.money import Money
from tenants.vault import VaultError
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

    def plan(self, context: StepContext) -> Plan:
        rows = Payment.objects.filter(order_id=context.order.id).select_related("tenant")
        payments = list(rows.order_by("position"))
        calls = tuple(self.calls(context, payments))
        return Plan.call(*calls) if calls else Plan.done(self._verdict(Review(context, payments)))

    def settle(self, context: StepContext, outcomes: Sequence[Outcome]) -> Result:
        review = Review(context, ledger.lock_payments(context.order.id))
        payments = {payment.reference: payment for payment in review.payments}
        for outcome in outcomes:
            self._take(review, payments[outcome.prepared.spec.request.reference], outcome)
        return self._verdict(review)

    def call(self, context: StepContext, payment: Payment, operation: str, amount: Money) -> CallSpec:
        """Raises Misconfigured when the payment's connector or token cannot be used."""
        connector = context.runtime.connectors.get(payment.connector_id)
        if connector is None:
            raise Misconfigured(
                f"the connector that created payment {payment} is not published; publish it again"
            )
        return CallSpec(
            connector=connector,
            operation=operation,
            subject=payment.subject,
            request=request_of(context, payment, amount),
            write=operation != "status",
        )

    def _take(self, review: Review, payment: Payment, outcome: Outcome) -> None:
        review.answers[payment.reference] = outcome
        if outcome.ending is not Ending.SUCCEEDED:
            review.failures[payment.reference] = outcome.message
        try:
            news = from_outcome(outcome, source=f"step:{review.context.step_run_id}")
        except CurrencyMismatch as error:
            review.failures[payment.reference] = str(error)
            return
        if news is None:
            return
        owner = _owner_of(payment, news)
        if owner:
            text = f"{news.provider_id} at the provider belongs to order {owner}; another payment has to pay this one"
            review.failures[payment.reference] = text
            return
        if news.own and news.word is contract.State.DECLINED:
            payment.declined_in = review.context.step_run_id
        ledger.apply(payment, news)

    def _verdict(self, review: Review) -> Result:
        verdict = Verdict()
        self.judge(review, verdict)
        return verdict.result()


def _owner_of(payment: Payment, news: News) -> str:
    """Number of the order whose payment the provider's object is already; "" where it is free. A token may name any."""
    told = news.provider_id
    if not told or told == payment.provider_id:
        return ""
    others = Payment.objects.filter(connector_id=payment.connector_id, provider_id=told).exclude(
        pk=payment.pk
    )
    return str(others.values_list("order__number", flat=True).first() or "")


def request_of(context: StepContext, payment: Payment, amount: Money) -> contract.Payment:
    """See request_for."""
    return request_for(context.runtime, context.order, payment, amount)


def request_for(
    live: TenantRuntime, order: OrderDocument, payment: Payment, amount: Money
) -> contract.Payment:
    """The payment as its provider needs it. Raises Misconfigured when the shopper's token does not open."""
    method = live.of(KIND, retired=True).get(payment.method_id)
    options = method.options if method else {}
    try:
        token = payment.open_token().reveal()
    except VaultError as error:
        raise Misconfigured(f"the token of payment {payment}: {error}") from None
    return contract.Payment(
        reference=payment.reference,
        order_number=order.number,
        amount=amount,
        authorized=payment.authorized,
        captured=payment.captured,
        refunded=payment.refunded,
        provider_id=payment.provider_id,
        token=token,
        description=f"Order {order.number}",
        return_url=str(options.get("ReturnUrl", "")),
        cancel_url=str(options.get("CancelUrl", "")),
        billing=order.billing,
        lines=order.lines,
        created_at=payment.created_at,
        extra=options,
    )
