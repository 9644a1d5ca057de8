"""What was paid for a receipt, or paid back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connectors.contracts.ecommerce import ImportedPayment
from connectors.providers.sitoo.amounts import Json, Part, money
from tenants.money import Money

#: Payment states that hold money; in any other nothing is taken for paid.
RESERVED, SUCCESSFUL = 15, 20


def payments_of(
    order: Json, part: Part, parts: Sequence[Part], total: Decimal
) -> tuple[ImportedPayment, ...]:
    """What was paid, or paid back; where goods went both ways, the smaller part is settled with the larger one."""
    currency, taken = order["currencycode"], order.get("paymentstateid")
    larger = (total >= 0) == (part.sign > 0)
    found = []
    if larger and taken in {RESERVED, SUCCESSFUL}:
        rows = [*(order.get("payments") or ()), *(order.get("reservedpayments") or ())]
        found = [_payment(row, currency, part.sign, captured="moneyamount" in row) for row in rows]
    if len(parts) > 1:
        other = min(piece.total for piece in parts)
        found.append(_exchange(order, other, currency))
    return tuple(found)


def _payment(row: Json, currency: str, sign: int, *, captured: bool) -> ImportedPayment:
    amount = Money.of(money(row, "moneyamount" if captured else "moneyreserved") * sign, currency)
    return ImportedPayment(
        method=str(row["name"]),
        provider_id=str(row.get("refid") or row.get("externalid") or row.get("id") or ""),
        authorized=amount,
        captured=amount if captured else Money.zero(currency),
    )


def _exchange(order: Json, amount: Decimal, currency: str) -> ImportedPayment:
    settled = Money.of(amount, currency)
    return ImportedPayment(
        method="Exchange", provider_id=str(order["orderid"]), authorized=settled, captured=settled
    )
