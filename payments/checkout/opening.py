"""Beginning a payment: the row that is committed before the provider hears of it, once for each Idempotency-Key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from connectors.canonical import checksum
from connectors.runtime import TenantRuntime, runtime
from payments import ledger
from payments.checkout.offer import serves
from payments.methods import PaymentMethodConfig, UnknownPaymentMethod, find_method
from payments.models import ACTIVE_STATES, Checkout, Payment, PaymentState
from tenants.models import Market
from tenants.money import Money, MoneyError
from tenants.scoping import current_tenant
from workflows import lookups
from workflows.intake import read_address, refuse
from workflows.lines import Line, read_lines
from workflows.models import Order
from workflows.problems import FieldErrors, OrderProblem
from workflows.reading import Reader


class OtherRequest(OrderProblem):
    """The Idempotency-Key was used for another payment."""


class BegunBefore(OrderProblem):
    """The order's payment is open at the provider already."""


class OfOrder(OrderProblem):
    """The payment belongs to an order, whose workflow looks after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is asked for, read and found good."""

    market: str
    order: Order | None
    method: PaymentMethodConfig
    amount: Money
    billing: Mapping[str, str]
    lines: tuple[Line, ...]


def begin(data: Mapping[str, Any], key: str) -> Checkout:
    """The checkout of this key, new or as it is; nothing has been called yet.

    Raises InvalidData, OtherRequest, or BegunBefore. Runs in a transaction of its own, which has ended by then.
    """
    digest = checksum(dict(data))
    known = Checkout.objects.filter(key=key).select_related("payment__order").first()
    if known is None:
        try:
            with transaction.atomic():
                return _create(data, key, digest)
        except IntegrityError:
            known = Checkout.objects.select_related("payment__order").get(key=key)
    if known.body_hash != digest:
        raise OtherRequest("this Idempotency-Key was used for another payment; use a new key")
    return known


def _create(data: Mapping[str, Any], key: str, digest: str) -> Checkout:
    errors = FieldErrors()
    begun = _read(Reader(data, errors), runtime(current_tenant().pk))
    refuse(errors)
    assert begun is not None
    payment = _payment(begun, data.get("token", ""))
    return Checkout.objects.create(
        payment=payment,
        tenant_id=payment.tenant_id,
        key=key,
        body_hash=digest,
        cart="" if begun.order else data.get("cart", ""),
        market=begun.market,
        operation="authorize" if data.get("token") else "create_session",
        language=data.get("language", ""),
        return_url=data.get("return_url", ""),
        cancel_url=data.get("cancel_url", ""),
        billing=dict(begun.billing),
        lines=[_stored(line) for line in begun.lines],
    )


def _read(reader: Reader, live: TenantRuntime) -> Begun | None:
    errors = reader.errors
    order = _order(reader)
    market = order.market if order else _market(reader)
    method = _method(reader, live, market)
    currency = order.currency if order else (market.currency if market else "")
    amount = _amount(reader, currency) if currency else None
    billing = read_address(reader, "billing")
    lines = read_lines(reader, currency) if currency and reader.has("lines") else ()
    if order is not None and amount is not None:
        _check_total(order, amount, method, errors)
    if market is None or method is None or amount is None:
        return None
    return Begun(market=market.code, order=order, method=method, amount=amount, billing=billing, lines=lines)


def _order(reader: Reader) -> Order | None:
    """Locked, so that two payments at once do not come to more than the order."""
    number, cart = reader.text("order", 64), reader.text("cart", 64)
    if bool(number) == bool(cart):
        reader.errors.add("order", "Send either the number of an order or the reference of a cart; not both.")
    if not number:
        return None
    order = (
        Order.objects.select_for_update(of=("self",)).select_related("market").filter(number=number).first()
    )
    if order is None:
        reader.errors.add("order", f"There is no order {number}; check the number.")
    return order


def _market(reader: Reader) -> Market | None:
    if reader.has("order"):
        return None
    code = reader.text("market", 50, required=True)
    return lookups.market(code, reader.errors) if code else None


def _method(reader: Reader, live: TenantRuntime, market: Market | None) -> PaymentMethodConfig | None:
    name = reader.text("payment_method", 100, required=True)
    if not name or market is None:
        return None
    with reader.errors.catch("payment_method", UnknownPaymentMethod):
        method = find_method(live, name, market.code)
        if not serves(live.connectors.get(method.connector), market.code):
            raise UnknownPaymentMethod(f"{method.name} is not in service; use another payment method")
        return method
    return None


def _amount(reader: Reader, currency: str) -> Money | None:
    given = reader.text("currency", 3).upper()
    if given and given != currency:
        reader.errors.add("currency", f"This is sold in {currency}, not {given}; leave the currency out.")
    with reader.errors.catch("amount", MoneyError):
        amount = reader.amount("amount", currency)
        if not amount:
            if not reader.has("amount") or amount is not None:
                reader.errors.add("amount", "Send an amount of more than 0.")
            return None
        return Money(amount, currency)
    return None


def _check_total(
    order: Order, amount: Money, method: PaymentMethodConfig | None, errors: FieldErrors
) -> None:
    waiting = _unsent(order, amount, method)
    others = Payment.objects.filter(order=order, state__in=ACTIVE_STATES).exclude(
        pk=waiting.pk if waiting else 0
    )
    total = sum((payment.amount for payment in others), amount)
    if not total <= Money(order.total, order.currency):
        errors.add(
            "amount",
            f"The order's payments would come to {total}, but the order only to {order.total}; send less, or cancel one.",
        )


def _payment(begun: Begun, token: str) -> Payment:
    """Of an order, the one that was placed with it and has not been sent anywhere yet; else a new one."""
    order = begun.order
    payment = _unsent(order, begun.amount, begun.method) if order else None
    if payment is not None and ledger.may_have_opened(payment):
        raise BegunBefore("the order's payment is being opened at the provider; try again soon")
    if payment is None:
        payment = Payment(
            tenant=current_tenant(),
            order=order,
            position=1 + (Payment.objects.filter(order=order).count() if order else 0),
            method_id=begun.method.id,
            method_name=begun.method.name,
            connector_id=begun.method.connector,
            currency=begun.amount.currency,
            amount_minor=begun.amount.minor,
        )
    if token:
        payment.seal_token(token)
    payment.save()
    return payment


def _unsent(order: Order, amount: Money, method: PaymentMethodConfig | None) -> Payment | None:
    if method is None:
        return None
    waiting = Payment.objects.select_for_update(of=("self",)).filter(
        order=order,
        method_id=method.id,
        amount_minor=amount.minor,
        state=PaymentState.PENDING,
        provider_id="",
        checkout=None,
    )
    return waiting.order_by("position").first()


def _stored(line: Line) -> dict[str, Any]:
    names = ("number", "name", "quantity", "unit_price", "discount", "tax_rate", "tax", "total")
    return {"sku": line.product.sku, **{name: str(getattr(line, name)) for name in names}}
