"""Acts on parts: a step's Amount and Payment, shared out among the payments, and pinned so that no try moves it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from connectors import registry
from connectors.contracts.payment import PaymentProvider
from connectors.models import Effect
from connectors.runtime import TenantRuntime
from connectors.schema import Number, Settings, Text
from payments.models import Payment, PaymentAct
from tenants.money import Money, MoneyError

PAST = {"capture": "captured", "refund": "refunded"}
#: States of a call of which nobody knows whether it was executed.
_UNDECIDED = (Effect.State.UNKNOWN, Effect.State.CALLING)
_BEGUN = (*_UNDECIDED, Effect.State.SUCCEEDED)


class PartRefused(ValueError):
    """The act cannot be carried out as it was asked for; the text says what would do."""


class WhichSettings(Settings):
    payment = Text(
        "Payment", required=False, help="Our reference of one payment; empty for all payments of the order."
    )


class PartSettings(WhichSettings):
    amount = Number(
        "Amount",
        required=False,
        help="How much of it, in the order's currency, such as 199.00; empty for everything.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What an act asks one payment for; `before` is the total moved when it was first planned."""

    payment: Payment
    amount: Money
    before: Money


def named(properties: Any, payments: Sequence[Payment]) -> list[Payment]:
    """The payment that the step names, else all of them. Raises PartRefused for one that the order does not have."""
    reference = getattr(properties, "payment", None)
    if not reference:
        return list(payments)
    found = [payment for payment in payments if payment.reference == reference]
    if not found:
        known = ", ".join(f"{payment.reference} ({payment})" for payment in payments) or "none"
        raise PartRefused(f"Payment: the order has no payment {reference}; it has {known}")
    return found


def amount_of(properties: Any, currency: str) -> Money | None:
    """The step's Amount; None for everything. Raises PartRefused for what is no amount of this currency."""
    given: Decimal | None = getattr(properties, "amount", None)
    if given is None:
        return None
    try:
        amount = Money(given, currency)
    except MoneyError as error:
        raise PartRefused(f"Amount: {error}") from None
    if not Money.zero(currency) < amount:
        raise PartRefused(
            f"Amount: {amount} moves nothing; use more than 0, or leave it empty for everything"
        )
    return amount


def with_undecided(payments: QuerySet[Payment], operation: str, origin: str) -> QuerySet[Payment]:
    """Each payment with `undecided`: whether it is unknown what became of another act's call of this operation."""
    calls = Effect.objects.filter(
        subject=Concat(Value("payment:"), OuterRef("reference")), operation=operation, state__in=_UNDECIDED
    )
    return payments.annotate(undecided=Exists(calls.exclude(origin=origin)))


def refuse_undecided(payments: Iterable[Payment], operation: str) -> None:
    """An act on everything takes over what another one left open, but not where that was about a part."""
    for payment in payments:
        part = _undecided_part(payment, operation) if payment.undecided else None  # type: ignore[attr-defined]
        if part is not None:
            raise PartRefused(_wait_for(part))


def shares(
    amount: Money, payments: Sequence[Payment], operation: str, origin: str, runtime: TenantRuntime
) -> list[Share]:
    """What the act asks of each payment, the same on every try of it. Raises PartRefused when it is too much, or when
    another act has taken over what this one left open."""
    mine = PaymentAct.objects.filter(payment__in=payments, operation=operation, origin=origin)
    pinned = {act.payment_id: act for act in mine.select_related("payment")}
    if pinned:
        _refuse_overtaken(pinned.values())
        _begin_anew(pinned.values())
        return [_as_pinned(payment, pinned[payment.pk]) for payment in payments if payment.pk in pinned]
    found = list(_shared_out(amount, payments, operation, runtime))
    PaymentAct.objects.bulk_create(_act(share, operation, origin) for share in found)
    return found


def refuse_part_of_release(amount: Money, payments: Sequence[Payment]) -> None:
    """Providers release the whole rest of an authorisation or nothing of it."""
    total = sum((payment.capturable for payment in payments), Money.zero(amount.currency))
    if amount != total:
        raise PartRefused(
            f"Amount: {amount} cannot be released by itself; {total} is authorised and not captured, and is released"
            " as a whole: leave Amount empty, or capture first what you want to keep"
        )


def available(payment: Payment, operation: str) -> Money:
    """What of the payment may still be captured or refunded and is not on its way already."""
    left, moving = (
        (payment.capturable, payment.capturing_minor)
        if operation == "capture"
        else (payment.refundable, payment.refunding_minor)
    )
    return payment.money(max(0, left.minor - moving))


def _shared_out(
    amount: Money, payments: Sequence[Payment], operation: str, runtime: TenantRuntime
) -> Iterator[Share]:
    total = sum((available(payment, operation) for payment in payments), Money.zero(amount.currency))
    if not amount <= total:
        raise PartRefused(f"Amount: {amount} cannot be {PAST[operation]}; {total} can")
    rest = amount
    for payment in payments:
        share = min(rest, available(payment, operation))
        if share:
            _check(payment, share, operation, runtime)
            yield Share(payment=payment, amount=share, before=_before(payment, share, operation))
            rest = rest - share


def _check(payment: Payment, share: Money, operation: str, runtime: TenantRuntime) -> None:
    connector = runtime.connectors.get(payment.connector_id)
    implementation: Any = registry.get(connector.slug) if connector else PaymentProvider
    whole = share == available(payment, operation)
    if not whole and not getattr(implementation, f"partial_{operation}"):
        raise PartRefused(
            f"Amount: {implementation.label} takes all or nothing; {payment} can be {PAST[operation]} as a whole only"
        )
    moving = payment.capturing_minor if operation == "capture" else payment.refunding_minor
    if moving and implementation.can_be_asked:
        raise PartRefused(
            f"{payment}: {payment.money(moving)} is still being {PAST[operation]}; wait until it is confirmed"
        )


def _before(payment: Payment, share: Money, operation: str) -> Money:
    """Where the same part is undecided this act takes it over, with the total that it started from."""
    part = _undecided_part(payment, operation) if payment.undecided else None  # type: ignore[attr-defined]
    if part is None and not payment.undecided:  # type: ignore[attr-defined]
        return _moved(payment, operation)
    if part is None or part.amount != share:
        raise PartRefused(
            _wait_for(part) if part else f"{payment}: an earlier {operation} is undecided; settle it first"
        )
    return part.before


def _undecided_part(payment: Payment, operation: str) -> PaymentAct | None:
    calls = Effect.objects.filter(subject=payment.subject, operation=operation, state__in=_UNDECIDED)
    acts = PaymentAct.objects.filter(payment=payment, operation=operation, origin__in=calls.values("origin"))
    return acts.order_by("-pk").first()


def _refuse_overtaken(pinned: Iterable[PaymentAct]) -> None:
    """A later act that began at the same total with the same amount has gone on with the very call."""
    for act in pinned:
        own = Effect.objects.filter(
            subject=act.payment.subject, operation=act.operation, origin=act.origin
        ).exists()
        later = PaymentAct.objects.filter(
            payment=act.payment_id,
            operation=act.operation,
            amount_minor=act.amount_minor,
            before_minor=act.before_minor,
            pk__gt=act.pk,
        )
        if not own and later.exists():
            raise PartRefused(
                f"{act.payment}: a later act has gone on with this {act.operation} of {act.amount}; see what became of that,"
                f" and run {act.operation} again only if it is wanted twice"
            )


def _begin_anew(pinned: Iterable[PaymentAct]) -> None:
    """What was surely not carried out is asked for on top of what other acts have moved meanwhile."""
    for act in pinned:
        moved = _moved(act.payment, act.operation).minor
        calls = Effect.objects.filter(
            subject=act.payment.subject, operation=act.operation, origin=act.origin, state__in=_BEGUN
        )
        if act.before_minor != moved and not calls.exists():
            act.before_minor = moved
            act.save(update_fields=["before_minor"])


def _moved(payment: Payment, operation: str) -> Money:
    return payment.captured if operation == "capture" else payment.refunded


def _wait_for(part: PaymentAct) -> str:
    return (
        f"{part.payment}: it is not known yet whether {part.amount} was {PAST[part.operation]};"
        f" wait, or run {part.operation} of {part.amount} again, which settles it"
    )


def _as_pinned(payment: Payment, act: PaymentAct) -> Share:
    return Share(
        payment=payment, amount=payment.money(act.amount_minor), before=payment.money(act.before_minor)
    )


def _act(share: Share, operation: str, origin: str) -> PaymentAct:
    return PaymentAct(
        tenant_id=share.payment.tenant_id,
        payment=share.payment,
        operation=operation,
        origin=origin,
        amount_minor=share.amount.minor,
        before_minor=share.before.minor,
    )
