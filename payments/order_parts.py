"""The payments of a new order: `"payments": [{"payment_method", "amount", "token"}]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from payments.api.serializers import LONGEST_TOKEN, NewPaymentSerializer
from payments.methods import PaymentMethodConfig, UnknownPaymentMethod, find_method
from payments.models import Payment
from payments.own_calls import is_given_up
from tenants.money import Money
from tenants.scoping import current_tenant
from workflows.intake import OrderDraft
from workflows.models import Order
from workflows.parts import register_part
from workflows.problems import FieldErrors, InvalidData
from workflows.reading import MISSING, NO_OBJECT, Reader

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDraft:
    """A payment that may be saved. `token` is the shopper's payment method at the provider; `begun` is the id of the one
    that was begun at checkout and is taken over."""

    method: PaymentMethodConfig
    amount: Money
    token: str
    begun: int | None = None


def validate(value: Any, draft: OrderDraft, errors: FieldErrors) -> list[PaymentDraft]:
    """What can be read; whoever saves looks at `errors` first."""
    whole = FieldErrors(found=errors.found)
    path = errors.prefix.rstrip(".")
    if not isinstance(value, (list, tuple)) or len(value) > MOST:
        whole.add(path, f"Use a list of at most {MOST} payments.")
        return []
    found = list(_drafts(value, draft, errors))
    total = sum((item.amount for item in found), Money.zero(draft.currency))
    if not total <= draft.total:
        whole.add(
            path, f"The payments come to {total}, but the order only to {draft.total}; lower an amount."
        )
    return found


def save(order: Order, drafts: Sequence[PaymentDraft]) -> None:
    """Runs inside the order's transaction. Raises VaultError when tokens cannot be sealed, InvalidData when another order
    has taken a payment over meanwhile."""
    placed = list(enumerate(drafts, start=1))
    Payment.objects.bulk_create(
        _payment(order, position, draft) for position, draft in placed if draft.begun is None
    )
    for position, draft in placed:
        if draft.begun is not None:
            _take_over(order, position, draft.begun)


def _take_over(order: Order, position: int, begun: int) -> None:
    free = Payment.objects.filter(pk=begun, order=None)
    if not free.update(order=order, position=position):
        field = f"payments.{position - 1}.reference"
        raise InvalidData({field: ["Another order has taken this payment over; use another payment."]})


def _drafts(items: Sequence[Any], draft: OrderDraft, errors: FieldErrors) -> Iterator[PaymentDraft]:
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            errors.add(str(index), NO_OBJECT)
            continue
        found = _draft(Reader(item, errors.under(index)), draft)
        if found:
            yield found


def _draft(reader: Reader, draft: OrderDraft) -> PaymentDraft | None:
    method = _method(reader, draft)
    token = reader.text("token", LONGEST_TOKEN)
    if not reader.has("amount"):
        reader.errors.add("amount", MISSING)
        return None
    amount = reader.amount("amount", draft.currency)
    if amount is None:
        return None
    if not amount:
        reader.errors.add("amount", "Use more than 0, or leave the payment out.")
    if method is None:
        return None
    money = Money(amount, draft.currency)
    begun = _begun(reader, method, money)
    return PaymentDraft(method=method, amount=money, token=token, begun=begun)


def _begun(reader: Reader, method: PaymentMethodConfig, amount: Money) -> int | None:
    """The payment begun at checkout that the order takes over, where it names one."""
    reference = reader.text("reference", 32)
    if not reference:
        return None
    payment = Payment.objects.filter(reference=reference).first()
    if payment is None or payment.order_id is not None:
        why = "There is no such payment" if payment is None else "This payment belongs to an order already"
        reader.errors.add("reference", f"{why}; use the reference that the checkout answered.")
    elif payment.method_id != method.id or payment.amount != amount:
        told = f"{payment.amount} by {payment.method.name}"
        reader.errors.add("reference", f"This payment is {told}; send the same amount and payment method.")
    elif not payment.is_active:
        state = payment.get_state_display().lower()
        reader.errors.add("reference", f"This payment is {state}; begin another one at checkout.")
    elif is_given_up(payment):
        reader.errors.add("reference", "This payment is being given up; begin another one at checkout.")
    return payment.pk if payment else None


def _method(reader: Reader, draft: OrderDraft) -> PaymentMethodConfig | None:
    name = reader.text("payment_method", 100, required=True)
    if not name:
        return None
    with reader.errors.catch("payment_method", UnknownPaymentMethod):
        method = find_method(draft.runtime, name, draft.market.code)
        connector = draft.runtime.connectors.get(method.connector)
        if connector is None or connector.retired:
            raise UnknownPaymentMethod(
                f"the connector of {method.name} is not in service; use another payment method"
            )
        return method
    return None


def _payment(order: Order, position: int, draft: PaymentDraft) -> Payment:
    payment = Payment(
        tenant=current_tenant(),
        order=order,
        position=position,
        method_id=draft.method.id,
        method_name=draft.method.name,
        connector_id=draft.method.connector,
        currency=draft.amount.currency,
        amount_minor=draft.amount.minor,
    )
    payment.seal_token(draft.token)
    return payment


register_part("payments", validate, save, serializer=NewPaymentSerializer)
