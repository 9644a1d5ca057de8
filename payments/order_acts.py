"""What may be done with an order's money by hand. Every act is one payment step with what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from connectors.validation import implementation_of
from payments.models import PaymentState
from tenants.models import Right
from tenants.money import Money
from workflows.acts import ActStep
from workflows.by_hand import Choice, Input, MoneyInput, Offer, StepAct, Subject, register

_UNDECIDED = (PaymentState.PENDING, PaymentState.UNKNOWN)
_EVERY = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A payment of the order document."""

    reference: str
    words: str
    provider: str
    state: str
    captured: Money
    capturable: Money
    refundable: Money


class MoneyAct(StepAct):
    """Runs one payment step; Amount and Payment are passed on where they say something."""

    group = "Payment"
    right = Right.ACT_MONEY
    needs_reason = True
    step: ClassVar[str]
    verb: ClassVar[str]

    def amount_of(self, payment: Held) -> Money:
        """What it could move of one payment."""
        raise NotImplementedError

    def full(self, subject: Subject) -> Money:
        """What the step moves when no amount is given."""
        return self.most(subject)

    def most(self, subject: Subject, reference: str = "") -> Money:
        """What could be moved, of all payments or of one."""
        found = [item for item in _held(subject) if reference in ("", item.reference)]
        return sum(map(self.amount_of, found), Money.zero(subject.document.currency))

    def refusal(self, subject: Subject) -> str:
        """Why there is nothing to do."""
        raise NotImplementedError

    def offer(self, subject: Subject) -> Offer:
        payments = [payment for payment in _held(subject) if self.amount_of(payment)]
        if not payments:
            return Offer.refused(self.refusal(subject))
        says = tuple(
            f"{self.verb} {self.amount_of(item)} at {item.provider}: {item.words}." for item in payments
        )
        inputs = (*self.inputs(subject), *_payment(payments, self.amount_of))
        return Offer(says=says, inputs=inputs, amount=self._usual(subject))

    def inputs(self, subject: Subject) -> tuple[Input, ...]:
        most, usual = self.most(subject), self._usual(subject)
        hint = f"Empty for {usual}; at most {most}."
        return (
            MoneyInput(name="amount", label=f"Amount in {most.currency}", help=hint, most=most, full=usual),
        )

    def steps(self, subject: Subject, values: Mapping[str, Any]) -> list[ActStep]:
        properties: dict[str, str] = {}
        if values.get("payment"):
            properties["Payment"] = values["payment"]
        amount: Money | None = values.get("amount")
        if amount is not None and amount != self.full(subject):
            properties["Amount"] = str(amount.amount)
        return [ActStep(name=self.step, properties=properties)]

    def told(self, subject: Subject, values: Mapping[str, Any]) -> str:
        amount = values.get("amount") or self._usual(subject)
        return f"{self.label} {min(amount, self.most(subject, values.get('payment') or ''))}"

    def _usual(self, subject: Subject) -> Money:
        return self.full(subject) or self.most(subject)


@register
class Capture(MoneyAct):
    name = "capture"
    label = "Capture"
    icon = "payments"
    step = "CapturePayments"
    verb = "Takes up to"

    def amount_of(self, payment: Held) -> Money:
        return payment.capturable

    def full(self, subject: Subject) -> Money:
        """At most what is ordered and not captured yet."""
        total = subject.document.total
        taken = sum((item.captured for item in _held(subject)), Money.zero(total.currency))
        return min(self.most(subject), total - taken) if taken < total else Money.zero(total.currency)

    def refusal(self, subject: Subject) -> str:
        return "Nothing is authorised that is not captured yet; authorise a payment first."


@register
class Cancel(MoneyAct):
    name = "cancel"
    label = "Cancel payment"
    icon = "money_off"
    step = "CancelPayments"
    verb = "Releases"
    danger = True

    def amount_of(self, payment: Held) -> Money:
        return payment.capturable

    def offer(self, subject: Subject) -> Offer:
        opened = [item for item in _held(subject) if item.state in _UNDECIDED]
        if opened and not self.most(subject):
            return Offer(says=tuple(f"Withdraws {item.words} at {item.provider}." for item in opened))
        return super().offer(subject)

    def inputs(self, subject: Subject) -> tuple[Input, ...]:
        return ()

    def refusal(self, subject: Subject) -> str:
        return "Nothing is authorised that could be released; give captured money back with a refund."


@register
class Refund(MoneyAct):
    name = "refund"
    label = "Refund"
    icon = "currency_exchange"
    step = "RefundPayments"
    verb = "Gives back up to"
    danger = True

    def amount_of(self, payment: Held) -> Money:
        return payment.refundable

    def refusal(self, subject: Subject) -> str:
        return "Nothing is captured that could be given back."


def _held(subject: Subject) -> list[Held]:
    return [_read(item) for item in subject.document.sections.get("payments", ())]


def _read(payment: Mapping[str, Any]) -> Held:
    def money(name: str) -> Money:
        return Money.of(payment[name], payment["currency"])

    implementation = implementation_of(payment["provider"])
    return Held(
        reference=payment["reference"],
        words=f"payment {payment['payment_method']} of {money('amount')}",
        provider=implementation.label if implementation else payment["provider"],
        state=payment["state"],
        captured=money("captured"),
        capturable=money("authorized") - money("captured") - money("cancelled"),
        refundable=money("captured") - money("refunded"),
    )


def _payment(payments: list[Held], amount_of: Callable[[Held], Money]) -> tuple[Input, ...]:
    if len(payments) < 2:
        return ()
    options = [(item.reference, f"{item.words}, up to {amount_of(item)}") for item in payments]
    return (Choice(name="payment", label="Payment", options=((_EVERY, "Each in its order"), *options)),)
