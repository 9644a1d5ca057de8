"""Putting a fact among those already known: the same fact told again, told better, or a new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from payments.facts import Fact
from payments.models import EntryKind, Payment, PaymentEntry, Standing

_ORDER = (Standing.PENDING, Standing.CONFIRMED, Standing.FAILED)


def merge(
    payment: Payment, rows: list[PaymentEntry], facts: Sequence[Fact], source: str
) -> list[PaymentEntry]:
    """Add the facts to `rows`, which holds all entries of the payment. Returns the entries to save."""
    touched: dict[int, PaymentEntry] = {}
    for fact in facts:
        row = _known(rows, fact)
        if row is None:
            if _teaches_nothing(rows, fact):
                continue
            row = _new(payment, rows, fact, source)
            rows.append(row)
        elif not _improve(row, fact):
            continue
        touched[id(row)] = row
    return list(touched.values())


def _known(rows: Sequence[PaymentEntry], fact: Fact) -> PaymentEntry | None:
    candidates = [row for row in rows if row.kind == fact.kind and _same_object(row, fact)]
    return next(_matches(candidates, fact), None)


def _matches(rows: Sequence[PaymentEntry], fact: Fact) -> Iterator[PaymentEntry]:
    """Best match first: our own call, the provider's id, else the one operation that lacks what the fact has."""
    if fact.effect_id:
        yield from (row for row in rows if row.effect_id == fact.effect_id)
    if fact.reference:
        named = [row for row in rows if row.reference == fact.reference]
        yield from (row for row in named if not (row.effect_id and fact.effect_id))
        if not named and not fact.effect_id:
            yield from (
                row for row in rows if row.effect_id and not row.reference and _same_amount(row, fact)
            )
    elif fact.effect_id:
        yield from (row for row in rows if row.reference and not row.effect_id and _same_amount(row, fact))
    else:
        yield from (row for row in rows if not row.is_operation and row.total_minor == fact.total)


def _same_object(row: PaymentEntry, fact: Fact) -> bool:
    if fact.kind is EntryKind.DECLINE:
        return row.provider_id == fact.provider_id
    return row.provider_id == fact.provider_id or not (row.provider_id and fact.provider_id)


def _same_amount(row: PaymentEntry, fact: Fact) -> bool:
    return row.amount_minor is not None and row.amount_minor == fact.amount


def _teaches_nothing(rows: Sequence[PaymentEntry], fact: Fact) -> bool:
    """A bare total that does not go beyond what was told before."""
    if fact.reference or fact.effect_id or fact.total is None or fact.standing is Standing.FAILED:
        return False
    sure = {Standing.CONFIRMED, Standing.FAILED} | ({Standing.PENDING} & {fact.standing})
    told = [row for row in rows if row.kind == fact.kind and row.provider_id == fact.provider_id]
    return any(row.standing in sure and (row.total_minor or 0) >= fact.total for row in told)


def _improve(row: PaymentEntry, fact: Fact) -> bool:
    """Let an entry learn what it did not know; nothing that it knows is taken back."""
    better = {
        "standing": max(row.standing, fact.standing, key=_ORDER.index),
        "amount_minor": _larger(row.amount_minor, fact.amount),
        "total_minor": _larger(row.total_minor, fact.total),
        "provider_id": row.provider_id or fact.provider_id,
        "reference": row.reference or fact.reference,
        "effect_id": row.effect_id or fact.effect_id,
        "reason": row.reason or fact.reason,
    }
    changed = {name: value for name, value in better.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _larger(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return max(known) if known else None


def _new(payment: Payment, rows: Sequence[PaymentEntry], fact: Fact, source: str) -> PaymentEntry:
    """A provider that gives several of our operations one id: only the first entry bears it."""
    taken = any(
        row.kind == fact.kind and row.provider_id == fact.provider_id and row.reference == fact.reference
        for row in rows
    )
    entry = PaymentEntry(
        tenant_id=payment.tenant_id,
        payment=payment,
        kind=fact.kind,
        standing=fact.standing,
        amount_minor=fact.amount,
        total_minor=fact.total,
        provider_id=fact.provider_id,
        reference="" if taken else fact.reference,
        effect_id=fact.effect_id,
        source=source,
        reason=fact.reason,
    )
    if fact.occurred_at:
        entry.occurred_at = fact.occurred_at
    return entry
