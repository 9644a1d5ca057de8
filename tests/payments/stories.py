"""What a provider tells of a payment, in short words."""

from collections.abc import Sequence

from connectors.contracts.payment import PaymentEvent, PaymentResult, State
from payments import ledger
from payments.models import Payment
from payments.news import from_event
from tenants.money import Money


def nok(amount: int | None) -> Money | None:
    """Minor units to Money; None stays None."""
    return None if amount is None else Money.from_minor(amount, "NOK")


def result(state: State, provider_id: str = "pi_2", **values) -> PaymentResult:
    """An answer; amounts are minor units of NOK."""
    amounts = {"authorized", "captured", "refunded", "cancelled"} & values.keys()
    values |= {name: nok(values[name]) for name in amounts}
    return PaymentResult(provider_id=provider_id, state=state, raw_state=f"raw-{state.value}", **values)


def event(id: str, state: State, *, operation: str = "", amount: int | None = None, **values) -> PaymentEvent:
    answer = result(state, **values)
    return PaymentEvent(
        id=id, type=f"test.{state.value}", result=answer, operation=operation, amount=nok(amount)
    )


def hear(payment: Payment, events: Sequence[PaymentEvent]) -> Payment:
    """Apply webhook events one after the other, each in a fresh look at the row, as the inbox does."""
    for item in events:
        current = Payment.objects.get(pk=payment.pk)
        ledger.apply(current, from_event(item, "NOK"))
    return Payment.objects.get(pk=payment.pk)


def books(payment: Payment) -> dict:
    """Everything of a payment that must not depend on the order in which news came."""
    amounts = ("authorized", "captured", "refunded", "cancelled", "capturing", "refunding")
    return {
        "state": payment.state,
        "provider_id": payment.provider_id,
        **{name: getattr(payment, f"{name}_minor") for name in amounts},
    }
