"""What is sent to Tripletex of an order's lines. Prices go as the shopper paid them, with VAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any

from connectors.contracts.common import Line, OrderDocument
from connectors.errors import Rejected
from tenants.money import Money, quantum

#: Property of an order line with the reference of the shipment that it goes with.
SHIPMENT = "Shipment"
#: Decimals of a price and of a discount in percent; a line whose total no such price makes gets a finer one.
_PRICE, _FINE_PRICE = Decimal("0.01"), Decimal("0.00001")
#: By so much, in the order's currency, a total may be rounded there.
ROUNDING = Decimal("0.50")
_VOID = "cancelled"

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """What one order over there holds: all of ours, or one shipment of it."""

    number: str
    lines: tuple[Line, ...]
    fee: Money

    @property
    def total(self) -> Decimal:
        return sum((line.total.amount for line in self.lines), self.fee.amount)


def parts_of(order: OrderDocument, number: str, *, per_shipment: bool) -> list[Part]:
    """Raises Rejected where lines do not say to which of several shipments they belong."""
    shipments = [
        str(row["reference"]) for row in order.sections.get("shipments", ()) if row["state"] != _VOID
    ]
    if not per_shipment or len(shipments) < 2:
        return [Part(number, order.lines, order.shipping_total)]
    lost = [line.sku for line in order.lines if str(line.properties.get(SHIPMENT)) not in shipments]
    if lost:
        raise Rejected(
            f"Which shipment has {', '.join(lost)}? Name one of {', '.join(shipments)} in the property {SHIPMENT} of each"
            " line, or set the connector's property ExportPerShipment to false"
        )
    nothing = Money.zero(order.currency)
    found: list[Part] = []
    for reference in shipments:
        lines = tuple(line for line in order.lines if str(line.properties.get(SHIPMENT)) == reference)
        if lines:
            found.append(
                Part(f"{number}-{len(found) + 1}", lines, nothing if found else order.shipping_total)
            )
    return found


def line_body(line: Line, quantity: Decimal, product: int | None, vat: Mapping[str, int]) -> Body:
    """Of so many of a line's pieces; fewer than none are given back."""
    return {
        **({"product": {"id": product}} if product is not None else {}),
        "description": line.name or line.sku,
        "count": quantity.normalize() + 0,
        **_priced(line),
        "vatType": dict(vat),
    }


def amount_body(
    text: str, amount: Decimal, vat: Mapping[str, int], *, product: int | None = None, back: bool = False
) -> Body:
    """One thing for that much, or one that is given `back`."""
    return {
        **({"product": {"id": product}} if product is not None else {}),
        "description": text,
        "count": Decimal(-1 if back else 1),
        "unitPriceIncludingVatCurrency": amount,
        "vatType": dict(vat),
    }


def shipping_rate(order: OrderDocument) -> Decimal:
    """The rate of the lines by which the fee's tax comes out best: that of the order which is on none of its lines."""
    fee = order.shipping_total.amount
    tax = reduce(lambda rest, line: rest - line.tax, order.lines, order.tax_total).amount
    rates = sorted(
        {line.tax_rate for line in order.lines} | ({Decimal(0)} if not tax else set()), reverse=True
    )
    return min(rates, key=lambda rate: abs(fee * rate / (100 + rate) - tax), default=Decimal(0))


def single_rate(lines: Sequence[Line]) -> Decimal:
    """Raises Rejected where an amount alone does not tell its VAT."""
    rates = {line.tax_rate for line in lines}
    if len(rates) != 1:
        raise Rejected("The order's lines have several VAT rates; credit lines instead of an amount")
    return rates.pop()


def differs(ours: Decimal, theirs: Decimal, currency: str, lines: int) -> bool:
    """By more than rounding."""
    return abs(ours - theirs) > ROUNDING + quantum(currency) * (lines + 1)


def _priced(line: Line) -> Body:
    """The shopper's price with the discount in percent, where that comes to the line's total; else what a piece cost."""
    price, discount, total = line.unit_price.amount, line.discount.amount, line.total.amount
    gross = price * line.quantity
    if not discount and _rounded(gross, line) == total:
        return {"unitPriceIncludingVatCurrency": price}
    percent = (discount * 100 / gross).quantize(_PRICE, ROUND_HALF_UP) if gross else Decimal(0)
    if _rounded(gross * (100 - percent) / 100, line) == total:
        return {"unitPriceIncludingVatCurrency": price, "discount": percent}
    exact = total / line.quantity
    coarse = exact.quantize(_PRICE, ROUND_HALF_UP)
    fits = _rounded(coarse * line.quantity, line) == total
    return {"unitPriceIncludingVatCurrency": coarse if fits else exact.quantize(_FINE_PRICE, ROUND_HALF_UP)}


def _rounded(amount: Decimal, line: Line) -> Decimal:
    return amount.quantize(quantum(line.total.currency), ROUND_HALF_UP)
