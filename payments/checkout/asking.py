"""The calls of a checkout: the same effects as a step's, each within the time that a shopper waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from connectors import registry
from connectors.calls import CallContext, CallSpec, Outcome
from connectors.canonical import checksum
from connectors.compiled import ConnectorConfig
from connectors.contracts import payment as contract
from connectors.contracts.common import Address, Line
from connectors.effects import Busy, Done, execute_now
from connectors.errors import Misconfigured
from connectors.models import Effect
from connectors.runtime import TenantRuntime, runtime
from payments import ledger, requests
from payments.checkout.opening import BegunBefore, OfOrder
from payments.models import Checkout, Payment, PaymentState
from payments.taking import take
from tenants.money import Money
from workflows.documents import order_documents

#: Seconds for which a shopper waits at most, whatever the provider does.
DEADLINE_S = 8.0
#: What the origins of a checkout's effects begin with.
ORIGIN = "checkout:"

_OPEN = (PaymentState.PENDING, PaymentState.UNKNOWN)
Ended = Outcome | Done | Busy | None


def open_at_provider(checkout: Checkout, actor: str = "") -> Ended:
    """Open the hosted checkout, or authorise with the token; once, however often it is asked for. None for a payment that
    is decided. Raises Misconfigured."""
    payment = checkout.payment
    if payment.state not in _OPEN:
        return None
    return _call(checkout, checkout.operation, f"{ORIGIN}{payment.reference}", actor)


def complete(checkout: Checkout, details: Mapping[str, Any], actor: str = "") -> Ended:
    """Bring a payment on whose shopper has come back: hand over, authorise or ask, as its provider wants it.

    None where there is nothing left to ask. Raises Misconfigured.
    """
    payment = checkout.payment
    implementation = _implementation(payment)
    if payment.state not in _OPEN or not (payment.provider_id or details):
        return None
    if details and implementation.takes_details:
        handed = {"details": details}
        origin = f"{ORIGIN}{payment.reference}:{checksum(handed)[:32]}"
        return _call(checkout, "authorize", origin, actor, token=json.dumps(handed))
    if implementation.approves_first:
        made = Effect.objects.filter(
            subject=payment.subject, operation="authorize", state=Effect.State.SUCCEEDED
        )
        return _call(checkout, "authorize", f"{ORIGIN}{payment.reference}:{made.count() + 1}", actor)
    return _call(checkout, "status", "", actor, write=False)


def give_up(checkout: Checkout, actor: str = "") -> Ended:
    """Release what a payment holds that no order has taken over. None where nothing is held.

    Raises OfOrder, BegunBefore for a payment that is being opened, and Misconfigured.
    """
    with transaction.atomic():
        payment = Payment.objects.select_for_update().get(pk=checkout.payment_id)
        if payment.order_id is not None:
            raise OfOrder("the payment belongs to an order; cancel it there, with CancelPayments")
        if ledger.withdraw_unsent(payment):
            return None
        if not payment.provider_id and ledger.may_have_opened(payment):
            raise BegunBefore("the payment is being opened at the provider; try again soon")
    checkout.payment = payment
    if not payment.capturable and not (payment.state in _OPEN and payment.provider_id):
        return None
    return _call(checkout, "cancel", f"{ORIGIN}{payment.reference}", actor)


def settle_lost(checkout: Checkout, effect: Effect) -> Ended:
    """Find out what became of a call whose process died or whose answer was lost; nothing is carried out any more."""
    return _call(checkout, effect.operation, effect.origin, "", settle_only=True)


def request_of(checkout: Checkout, live: TenantRuntime) -> contract.Payment:
    """The payment as its provider needs it. Raises Misconfigured when the shopper's token does not open."""
    payment = checkout.payment
    bare = requests.bare(live, payment, payment.amount)
    order = order_documents([payment.order_id])[payment.order_id] if payment.order_id else None
    billing = Address(**checkout.billing) if checkout.billing else (order.billing if order else Address())
    lines = tuple(_line(row, payment) for row in checkout.lines) or (order.lines if order else ())
    number = order.number if order else checkout.cart
    return replace(
        bare,
        order_number=number,
        description=f"Order {number}",
        language=checkout.language,
        return_url=checkout.return_url or bare.return_url,
        cancel_url=checkout.cancel_url or bare.cancel_url,
        billing=billing,
        lines=lines,
    )


def _call(
    checkout: Checkout,
    operation: str,
    origin: str,
    actor: str,
    *,
    token: str = "",
    write: bool = True,
    settle_only: bool = False,
) -> Ended:
    payment = checkout.payment
    live = runtime(payment.tenant_id)
    request = request_of(checkout, live)
    spec = CallSpec(
        connector=_connector(payment, live),
        operation=operation,
        subject=payment.subject,
        request=replace(request, token=token) if token else request,
        write=write,
    )
    context = CallContext(
        order_id=payment.order_id,
        order_number=request.order_number if payment.order_id else "",
        market=checkout.market,
        step="Checkout",
    )
    (ended,) = execute_now(
        [spec],
        origin,
        actor,
        context=context,
        deadline_s=DEADLINE_S,
        settle=lambda outcome: _settle(checkout, outcome),
        settle_only=settle_only,
    )
    return ended


def _settle(checkout: Checkout, outcome: Outcome) -> None:
    """The payment and the way to its provider, in one transaction with the effect."""
    payment = Payment.objects.select_for_update().get(pk=checkout.payment_id)
    take(payment, outcome, source="checkout")
    result = outcome.result
    if isinstance(result, contract.PaymentResult) and result.redirect_url:
        checkout.redirect_url = result.redirect_url
        checkout.save(update_fields=["redirect_url"])


def _implementation(payment: Payment) -> Any:
    return registry.get(_connector(payment, runtime(payment.tenant_id)).slug)


def _connector(payment: Payment, live: TenantRuntime) -> ConnectorConfig:
    connector = live.connectors.get(payment.connector_id)
    if connector is None:
        raise Misconfigured(f"the connector of payment {payment} is not published; publish it again")
    return connector


def _line(row: Mapping[str, Any], payment: Payment) -> Line:
    def money(name: str) -> Money:
        return Money.of(row[name], payment.currency)

    return Line(
        number=int(row["number"]),
        sku=row["sku"],
        name=row["name"],
        quantity=Decimal(row["quantity"]),
        unit_price=money("unit_price"),
        discount=money("discount"),
        tax_rate=Decimal(row["tax_rate"]),
        tax=money("tax"),
        total=money("total"),
    )
