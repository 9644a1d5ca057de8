"""What the rows of a receipt come to, tax included, so that together they are exactly Sitoo's total.

Sitoo tells rows without tax and the tax beside it, both negative for what came back. Our unit prices include tax in whole
smallest units; where a row cannot be divided like that, the price is rounded up and the crumbs are part of the discount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from connectors.contracts.ecommerce import ImportedLine
from tenants.money import Money, quantum

Json = Mapping[str, Any]
ZERO = Decimal(0)
#: Rows that Sitoo has no article for.
FEE, ROUNDING = "CHECKOUT-FEE", "ROUNDING"


@dataclass(slots=True)
class Row:
    """`total` is what the pieces come to, `off` what they came to more before discount; all positive, also of a return."""

    item: Json
    quantity: Decimal
    total: Decimal
    off: Decimal
    rate: Decimal

    def line(self, currency: str, sku: str) -> ImportedLine:
        """Never a negative discount: the price is rounded up to what the total needs."""
        unit = ((self.total + self.off) / self.quantity).quantize(quantum(currency), ROUND_CEILING)
        whole = (unit * self.quantity).quantize(quantum(currency), ROUND_HALF_UP)
        return ImportedLine(
            sku=sku,
            name=str(self.item.get("productname") or sku),
            quantity=self.quantity,
            unit_price=Money.of(unit, currency),
            discount=Money.of(whole - self.total, currency),
            tax_rate=self.rate,
            external_id=str(self.item.get("orderitemid", "")),
        )


@dataclass(slots=True)
class Part:
    """One direction of a receipt: goods that went out, or goods that came back (`sign` -1). `extra` is what else the
    shopper was charged for or got back, by SKU."""

    sign: int
    rows: list[Row] = field(default_factory=list)
    extra: dict[str, Decimal] = field(default_factory=dict)
    shipping: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.rows), self.shipping) + sum(self.extra.values(), ZERO)

    def settle_rounding(self, currency: str) -> None:
        """A total that is rounded down makes the largest row cheaper: no row may have a negative price."""
        rest = self.extra.get(ROUNDING, ZERO)
        if rest < 0 and self.rows:
            largest = max(self.rows, key=lambda row: row.total)
            largest.total += rest
            largest.off -= rest
            del self.extra[ROUNDING]


def money(order: Json, name: str) -> Decimal:
    """An amount as Sitoo writes it; nothing said is 0. Raises ValueError."""
    value = order.get(name)
    if value in (None, ""):
        return ZERO
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text: Sitoo writes amounts as text")
    amount = Decimal(value)
    if not amount.is_finite():
        raise ValueError(f"{name} is {value!r}, which is no amount")
    return amount


def parts_of(order: Json) -> list[Part]:
    """What went out and what came back; one of the two for nearly every receipt."""
    parts = {1: Part(1), -1: Part(-1)}
    last = None
    for item in order["orderitems"]:
        pieces, total, off, rate = _row(item)
        if last is not None and pieces > 0 > total and last.quantity > 0:
            # A discount is a row of its own behind the one that it belongs to.
            last.total, last.off = last.total + total, last.off - total
        elif pieces:
            sign = 1 if pieces > 0 else -1
            last = Row(item, pieces * sign, total * sign, off * sign, rate)
            parts[sign].rows.append(last)
    found = [part for part in parts.values() if part.rows]
    if found:
        _add_extras(order, found[0])
    return found


def _add_extras(order: Json, part: Part) -> None:
    """Fees, freight and rounding belong to what went out, else to what came back."""
    part.shipping = abs(money(order, "moneytotal_gross_delivery"))
    fees = {
        FEE: money(order, "moneytotal_gross_checkout") * part.sign,
        ROUNDING: money(order, "moneytotal_gross_roundoff") * part.sign,
    }
    part.extra = {sku: amount for sku, amount in fees.items() if amount}
    part.settle_rounding(order["currencycode"])


def extra_lines(part: Part, currency: str) -> Sequence[ImportedLine]:
    return [
        ImportedLine(
            sku=sku,
            name=sku.replace("-", " ").capitalize(),
            quantity=Decimal(1),
            unit_price=Money.of(amount, currency),
            discount=Money.zero(currency),
            tax_rate=ZERO,
        )
        for sku, amount in part.extra.items()
    ]


def _row(item: Json) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Pieces, what they come to, what was taken off, and the tax rate in percent."""
    pieces = Decimal(item.get("decimalquantitytotal") or item["quantity"])
    taxes = item.get("salestaxes") or []
    sales_tax = sum((money(tax, "moneytax") for tax in taxes), ZERO)
    rate = Decimal(item.get("vatvalue") or 0) + sum((Decimal(tax["decimaltaxvalue"]) for tax in taxes), ZERO)
    total = money(item, "moneyitemtotal_net") + money(item, "moneyitemtotal_vat") + sales_tax
    off = money(item, "moneydiscount") * Decimal(item["quantity"]) * (1 + rate / 100)
    return pieces, total, off.quantize(Decimal("0.01"), ROUND_HALF_UP), rate
