"""What money has moved of an order's payments, and up to which total a receiver was told of it.

What an effect told of stands in its subject: the payment, the kind, and the total up to which it told. So the next one
tells only of what has moved since, and one whose answer was lost is brought to its end before another begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.compiled import ConnectorConfig
from connectors.contracts.erp import Movement
from connectors.models import Effect
from payments.models import EntryKind, Payment
from tenants.money import Money

_KINDS = {Movement.CAPTURE: EntryKind.CAPTURE, Movement.REFUND: EntryKind.REFUND}


@dataclass(frozen=True, slots=True)
class Moved:
    """Money of one payment that a receiver is to be told of: from the total `before` up to `total`, in minor units."""

    payment: Payment
    kind: Movement
    before: int
    total: int

    @property
    def subject(self) -> str:
        return f"{self.payment.subject}:{self.kind}:{self.total}"

    @property
    def amount(self) -> Money:
        return self.payment.money(self.total - self.before)

    @property
    def occurred_at(self) -> datetime:
        newest = self.payment.entries.filter(kind=_KINDS[self.kind]).order_by("-occurred_at").first()
        return newest.occurred_at if newest else self.payment.modified_at


def payments_of(order_id: int) -> list[Payment]:
    rows = Payment.objects.filter(order_id=order_id).select_related("connector")
    return list(rows.order_by("position"))


def untold(connector: ConnectorConfig, operation: str, payment: Payment, *kinds: Movement) -> Iterator[Moved]:
    """What the connector has not been told of with this operation."""
    for kind in kinds:
        moved = payment.captured if kind is Movement.CAPTURE else payment.refunded
        before, total = _next(connector, operation, payment, kind, moved.minor)
        if total > before:
            yield Moved(payment, kind, before, total)


def _next(
    connector: ConnectorConfig, operation: str, payment: Payment, kind: Movement, moved: int
) -> tuple[int, int]:
    """Up to which total the receiver was told, and up to which it is told next, in minor units."""
    start = f"{payment.subject}:{kind}:"
    rows = Effect.objects.filter(connector_id=connector.id, operation=operation, subject__startswith=start)
    done, unsettled = [0], []
    for subject, state in rows.values_list("subject", "state"):
        total = int(subject.removeprefix(start))
        if state == Effect.State.SUCCEEDED:
            done.append(total)
        elif state != Effect.State.FAILED:
            unsettled.append(total)
    before = max(done)
    return before, min((total for total in unsettled if total > before), default=moved)
