"""What a payment's facts add up to. A pure function of the set of facts, so that their order cannot matter.

Two kinds of evidence count. A *total* says how much the provider had moved by then; the highest one holds. An
*amount* of one operation adds to the others; each operation counts once. Providers give either, or both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from payments.models import EntryKind, PaymentState, Standing


class Row(Protocol):
    kind: str
    standing: str
    amount_minor: int | None
    total_minor: int | None
    provider_id: str

    @property
    def is_operation(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """In minor units. `state` is None while no money is held and nothing ended the payment."""

    authorized: int
    captured: int
    refunded: int
    cancelled: int
    capturing: int
    refunding: int
    state: PaymentState | None

    @property
    def has_money(self) -> bool:
        return self.authorized > 0


def totals_of(rows: Iterable[Row], provider_id: str) -> Totals:
    """The totals of one payment object of the provider; facts that name none belong to whichever is current.

    A refund proves its capture and a capture its authorisation, so that late news of those change nothing.
    """
    mine = [row for row in rows if _belongs(row, provider_id)]
    refunded = _sum(mine, EntryKind.REFUND, {Standing.CONFIRMED})
    captured = max(_sum(mine, EntryKind.CAPTURE, {Standing.CONFIRMED}), refunded)
    authorized = max(_sum(mine, EntryKind.AUTHORIZATION, {Standing.CONFIRMED}), captured)
    cancelled = _released(mine, authorized - captured)
    expected = {Standing.CONFIRMED, Standing.PENDING}
    return Totals(
        authorized=authorized,
        captured=captured,
        refunded=refunded,
        cancelled=cancelled,
        capturing=max(0, _sum(mine, EntryKind.CAPTURE, expected) - captured),
        refunding=max(0, _sum(mine, EntryKind.REFUND, expected) - refunded),
        state=_state(mine, authorized, captured, refunded, cancelled),
    )


def _belongs(row: Row, provider_id: str) -> bool:
    """An anonymous decline is that of an attempt which got no object; it says nothing about a later one."""
    return row.provider_id == provider_id or (not row.provider_id and row.kind != EntryKind.DECLINE)


def _sum(rows: Collection[Row], kind: EntryKind, counted: Collection[Standing]) -> int:
    """An operation that failed after it had been counted is taken off the totals that included it."""
    found = [row for row in rows if row.kind == kind]
    told = [
        row.total_minor or 0 for row in found if row.standing in counted or row.standing == Standing.FAILED
    ]
    failed = sum(row.amount_minor or 0 for row in found if row.standing == Standing.FAILED)
    operations = sum(row.amount_minor or 0 for row in found if row.is_operation and row.standing in counted)
    return max(max(told, default=0) - failed, operations, 0)


def _released(rows: Collection[Row], held: int) -> int:
    ended = [row for row in rows if _ends(row, EntryKind.CANCELLATION) or _ends(row, EntryKind.EXPIRY)]
    if any(row.amount_minor is None and row.total_minor is None for row in ended):
        return held
    return min(_sum(rows, EntryKind.CANCELLATION, {Standing.CONFIRMED}), held)


def _state(
    rows: Collection[Row], authorized: int, captured: int, refunded: int, cancelled: int
) -> PaymentState | None:
    if captured:
        return PaymentState.REFUNDED if refunded == captured else PaymentState.CAPTURED
    if authorized > cancelled:
        return PaymentState.AUTHORIZED
    return _end(rows)


def _end(rows: Collection[Row]) -> PaymentState | None:
    """How a payment that holds no money ended: a cancellation is final, a decline may be followed by another try."""
    ends = {
        EntryKind.CANCELLATION: PaymentState.CANCELLED,
        EntryKind.EXPIRY: PaymentState.EXPIRED,
        EntryKind.DECLINE: PaymentState.DECLINED,
    }
    for kind, state in ends.items():
        if any(_ends(row, kind) for row in rows):
            return state
    return None


def _ends(row: Row, kind: EntryKind) -> bool:
    return row.kind == kind and row.standing == Standing.CONFIRMED
