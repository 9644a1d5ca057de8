"""What an answer or a webhook says happened to a payment, as facts that the ledger can keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectors.contracts.payment import Payment, PaymentEvent, PaymentResult, State
from payments.models import EntryKind, Standing
from tenants.money import Money

KINDS = {
    "authorize": EntryKind.AUTHORIZATION,
    "capture": EntryKind.CAPTURE,
    "refund": EntryKind.REFUND,
    "cancel": EntryKind.CANCELLATION,
}
#: Operations whose answer says which object at the provider the payment is.
OPENING = {"authorize", "create_session", "find"}
_HELD = {State.AUTHORIZED, State.CAPTURED, State.REFUNDED}


class CurrencyMismatch(ValueError):
    """The provider speaks of another currency than the payment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """See PaymentEntry. Amounts are in minor units. A cancellation or expiry without any releases the rest."""

    kind: EntryKind
    standing: Standing = Standing.CONFIRMED
    amount: int | None = None
    total: int | None = None
    provider_id: str = ""
    reference: str = ""
    effect_id: UUID | None = None
    reason: str = ""
    occurred_at: datetime | None = None

    @property
    def brings_money(self) -> bool:
        holds = self.kind in {EntryKind.AUTHORIZATION, EntryKind.CAPTURE, EntryKind.REFUND}
        return holds and self.standing is Standing.CONFIRMED


def of_answer(
    operation: str, request: Payment, result: PaymentResult, *, effect_id: UUID | None = None, key: str = ""
) -> list[Fact]:
    """Facts of an operation's answer. `key` tells a decline from the next one. Raises CurrencyMismatch."""
    check_currency(result, request.amount.currency)
    provider_id = object_of(operation, request, result)
    reader = _Answer(operation, request, result, provider_id, effect_id, key)
    return list(reader.facts())


def object_of(operation: str, request: Payment, result: PaymentResult) -> str:
    """The provider's object that an answer is about."""
    renamed = operation in OPENING or result.replaces
    return result.provider_id if renamed else request.provider_id or result.provider_id


@dataclass(frozen=True, slots=True)
class _Answer:
    operation: str
    request: Payment
    result: PaymentResult
    provider_id: str
    effect_id: UUID | None
    key: str

    def facts(self) -> Iterator[Fact]:
        if self.operation == "capture":
            yield from self._moved(EntryKind.CAPTURE, self.request.captured, self.result.captured)
        elif self.operation == "refund":
            yield from self._moved(EntryKind.REFUND, self.request.refunded, self.result.refunded)
        elif self.operation == "cancel":
            yield from self._released()
        else:
            yield from self._opened()
        yield from snapshot(self.result, self.provider_id, without=KINDS.get(self.operation))

    def _moved(self, kind: EntryKind, before: Money, told: Money | None) -> Iterator[Fact]:
        """`told` is the total that the answer gives; without one, what was asked for was moved."""
        if self.result.parts:
            yield from self._in_parts(kind, told)
            return
        if self.result.state in {State.DECLINED, State.EXPIRED, State.CANCELLED}:
            return
        asked = before + self.request.amount
        total = asked if told is None else told
        confirmed = self._is_settled() or (told is not None and asked <= told)
        if confirmed and total <= before:
            return
        moved = min(self.request.amount.minor, total.minor - before.minor)
        yield self._own(
            kind,
            standing=Standing.CONFIRMED if confirmed else Standing.PENDING,
            amount=moved if confirmed else self.request.amount.minor,
            total=(total if confirmed else asked).minor,
        )

    def _in_parts(self, kind: EntryKind, told: Money | None) -> Iterator[Fact]:
        """Each as its webhook tells of it; the first one stands for our call, the last one for the total."""
        for number, part in enumerate(self.result.parts, start=1):
            last = number == len(self.result.parts)
            yield self._own(
                kind,
                standing=_standing(part.state, kind),
                amount=part.amount.minor,
                total=told.minor if told is not None and last else None,
                reference=part.operation_id,
                effect_id=self.effect_id if number == 1 else None,
            )

    def _is_settled(self) -> bool:
        return self.result.state not in {State.PENDING, State.UNKNOWN}

    def _released(self) -> Iterator[Fact]:
        told = self.result.cancelled
        if self.result.state in {State.PENDING, State.UNKNOWN}:
            yield self._own(EntryKind.CANCELLATION, standing=Standing.PENDING)
        elif told or self.result.state is State.CANCELLED:
            yield self._own(EntryKind.CANCELLATION, total=told.minor if told else None)

    def _opened(self) -> Iterator[Fact]:
        if self.result.state is State.DECLINED:
            yield self._own(EntryKind.DECLINE, reference=self.key, effect_id=None)
        elif self.result.state in _HELD:
            held = self.result.authorized or self.result.captured or self.request.amount
            yield self._own(EntryKind.AUTHORIZATION, amount=held.minor, total=held.minor)
        if self.result.state is State.CAPTURED and self.result.captured is None:
            yield Fact(kind=EntryKind.CAPTURE, total=self.request.amount.minor, provider_id=self.provider_id)

    def _own(self, kind: EntryKind, **rest: object) -> Fact:
        known: dict[str, object] = {
            "provider_id": self.provider_id,
            "reference": self.result.operation_id,
            "effect_id": self.effect_id,
            "reason": self.result.reason,
        }
        return Fact(kind=kind, **{**known, **rest})  # type: ignore[arg-type]


def snapshot(result: PaymentResult, provider_id: str, *, without: EntryKind | None = None) -> Iterator[Fact]:
    """The totals that a provider tells of a payment object. A state that we do not know proves nothing."""
    if result.state is State.UNKNOWN or (result.state is State.PENDING and without is None):
        return
    told = {
        EntryKind.AUTHORIZATION: result.authorized,
        EntryKind.CAPTURE: result.captured,
        EntryKind.REFUND: result.refunded,
        EntryKind.CANCELLATION: result.cancelled,
    }
    for kind, total in told.items():
        if total and kind is not without:
            yield Fact(kind=kind, total=total.minor, provider_id=provider_id)
    if result.state is State.EXPIRED:
        yield Fact(kind=EntryKind.EXPIRY, provider_id=provider_id, reason=result.reason)
    elif result.state is State.CANCELLED and not result.cancelled and without is not EntryKind.CANCELLATION:
        yield Fact(kind=EntryKind.CANCELLATION, provider_id=provider_id, reason=result.reason)


def of_event(event: PaymentEvent, currency: str) -> list[Fact]:
    """Facts of a webhook event. Raises CurrencyMismatch."""
    check_currency(event.result, currency, event.amount)
    provider_id = event.result.provider_id or event.provider_id
    told = _told_operation(event, provider_id)
    settled = told is not None and told.standing is not Standing.PENDING
    rest = snapshot(event.result, provider_id, without=told.kind if told and settled else None)
    return [*([told] if told else []), *rest]


def _told_operation(event: PaymentEvent, provider_id: str) -> Fact | None:
    """The one operation that an event reports on; None when it describes the payment as a whole."""
    if event.result.state is State.DECLINED and event.operation in {"", "authorize"}:
        return _from_event(
            event, provider_id, EntryKind.DECLINE, reference=event.result.operation_id or event.id
        )
    kind = KINDS.get(event.operation)
    if kind is None or event.amount is None:
        return None
    amount, reference = event.amount.minor, event.result.operation_id
    failed = event.result.state is State.DECLINED
    if kind is EntryKind.AUTHORIZATION or not (reference or failed):
        # Without the operation's id it may be one that we know: all that is sure is that so much has moved.
        return _from_event(event, provider_id, kind, total=amount)
    return _from_event(event, provider_id, kind, amount=amount, reference=reference or event.id)


def _from_event(event: PaymentEvent, provider_id: str, kind: EntryKind, **rest: object) -> Fact:
    known: dict[str, object] = {
        "standing": _standing(event.result.state, kind),
        "provider_id": provider_id,
        "reason": event.result.reason,
        "occurred_at": event.occurred_at,
    }
    return Fact(kind=kind, **{**known, **rest})  # type: ignore[arg-type]


def _standing(state: State, kind: EntryKind) -> Standing:
    if kind is EntryKind.DECLINE:
        return Standing.CONFIRMED
    if state in {State.PENDING, State.UNKNOWN}:
        return Standing.PENDING
    return Standing.FAILED if state is State.DECLINED else Standing.CONFIRMED


def check_currency(result: PaymentResult, currency: str, *more: Money | None) -> None:
    """Raises CurrencyMismatch unless every amount is of this currency."""
    parts = (part.amount for part in result.parts)
    amounts = (result.authorized, result.captured, result.refunded, result.cancelled, *parts, *more)
    strangers = {amount.currency for amount in amounts if amount is not None} - {currency}
    if strangers:
        raise CurrencyMismatch(
            f"the provider speaks of {', '.join(sorted(strangers))}, but this payment is in {currency}"
        )
