"""What a line of ours comes to in whole cents per piece, since Front Systems multiplies prices by pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from connectors.contracts.common import Line, OrderDocument
from tenants.money import quantum


@dataclass(frozen=True, slots=True)
class Row:
    """So many pieces at `price` each, after discount; `full` is what one cost before. `rate` is in percent."""

    number: str
    gtin: str
    sku: str
    name: str
    quantity: Decimal
    price: Decimal
    full: Decimal
    rate: Decimal

    @property
    def total(self) -> Decimal:
        return self.quantity * self.price


def rows_of(order: OrderDocument) -> list[Row]:
    return [row for line in order.lines for row in _rows(line)]


def total_of(rows: Sequence[Row]) -> Decimal:
    return sum((row.total for row in rows), Decimal(0))


def vat(rate: Decimal) -> Decimal:
    """A rate in percent as the fraction that Front Systems takes."""
    return (rate / 100).quantize(Decimal("0.0001"))


def _rows(line: Line) -> Iterator[Row]:
    """One row, or two where the line's total cannot be divided by its pieces."""
    step = quantum(line.total.currency)
    pieces, total = line.quantity, line.total.amount
    price = (total / pieces).quantize(step, ROUND_DOWN)
    rest = total - price * pieces
    if rest and pieces != pieces.to_integral_value():
        yield _row(line, str(line.number), Decimal(1), total)
        return
    dearer = rest / step
    if pieces > dearer:
        yield _row(line, str(line.number), pieces - dearer, price)
    if dearer:
        yield _row(line, f"{line.number}-2", dearer, price + step)


def _row(line: Line, number: str, quantity: Decimal, price: Decimal) -> Row:
    whole = quantity == quantity.to_integral_value()
    return Row(
        number=number,
        gtin=gtin_of(line),
        sku=line.sku,
        name=line.name or line.sku,
        quantity=quantity.quantize(Decimal(1)) if whole else quantity.normalize(),
        price=price,
        full=max(line.unit_price.amount, price),
        rate=line.tax_rate,
    )


def gtin_of(line: Line) -> str:
    """The line's property Gtin, else its SKU."""
    named: dict[str, Any] = {name.casefold(): value for name, value in line.properties.items()}
    return str(named.get("gtin") or line.sku)
