"""What an order does not tell of its fees, and books want to know."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce

from connectors.contracts.common import OrderDocument


def shipping_rate(order: OrderDocument) -> Decimal:
    """The rate of the lines by which the fee's tax comes out best: that of the order which is on none of its lines."""
    fee = order.shipping_total.amount
    tax = reduce(lambda rest, line: rest - line.tax, order.lines, order.tax_total).amount
    rates = sorted(
        {line.tax_rate for line in order.lines} | ({Decimal(0)} if not tax else set()), reverse=True
    )
    return min(rates, key=lambda rate: abs(fee * rate / (100 + rate) - tax), default=Decimal(0))
