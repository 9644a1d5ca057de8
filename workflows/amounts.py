"""What lines and orders come to. Prices include tax; halves are rounded up, once for each line."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from tenants.money import quantum


def line_total(quantity: Decimal, unit_price: Decimal, discount: Decimal, currency: str) -> Decimal:
    return rounded(quantity * unit_price, currency) - discount


def included_tax(total: Decimal, rate: Decimal, currency: str) -> Decimal:
    """The tax inside an amount; `rate` in percent."""
    return rounded(total * rate / (100 + rate), currency)


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(quantum(currency), ROUND_HALF_UP)


def total_tolerance(quantity: Decimal, currency: str) -> Decimal:
    """How far a given line total may be off: not at all, except where a fraction of a unit has to be rounded."""
    return Decimal(0) if quantity == int(quantity) else quantum(currency)


def tax_tolerance(quantity: Decimal, currency: str) -> Decimal:
    """How far a given tax may be off: shops round tax for each unit, each line or the whole order."""
    return quantum(currency) * max(Decimal(1), quantity)
