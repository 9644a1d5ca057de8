"""What an order's lines, freight and extras come to, tax included, so that together they are exactly its total.

Magento keeps a line's net, tax, discount, and the tax that the discount takes with it apart; what the shopper pays for
the line is their sum. Our unit price includes tax, and the line's discount is what leads from it to that sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from tenants.money import quantum

Json = Mapping[str, Any]
ZERO = Decimal(0)

#: Means of payment that Magento takes off the total before it says what is left to pay.
CREDITS = {
    "gift_cards_amount": "giftcard",
    "customer_balance_amount": "customerbalance",
    "reward_currency_amount": "reward",
}
#: Gift wrapping of the whole order, of its articles, and the card: price without tax, tax.
_WRAPPING = (
    ("gw_price", "gw_tax_amount", "GIFT-WRAPPING", "Gift wrapping"),
    ("gw_items_price", "gw_items_tax_amount", "GIFT-WRAPPING-ITEMS", "Gift wrapping of articles"),
    ("gw_card_price", "gw_card_tax_amount", "GIFT-CARD-PRINTED", "Printed card"),
)


@dataclass(frozen=True, slots=True)
class Priced:
    """`total` is what `quantity` pieces come to after discount, `rate` the tax in percent."""

    item: Json
    quantity: Decimal
    unit: Decimal
    total: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Extra:
    """A charge that belongs to no article."""

    sku: str
    name: str
    total: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """`total` is the shop's own, credits included that it takes off."""

    lines: Sequence[Priced]
    extras: Sequence[Extra]
    shipping: Decimal
    shipping_rate: Decimal
    credits: Mapping[str, Decimal]
    total: Decimal


def bill(order: Json, items: Sequence[Json]) -> Bill:
    """An order of which pieces were called off is taken as it is now, one that is called off whole as it was sold."""
    smallest = quantum(str(order["order_currency_code"]))
    partly = ZERO < amount(order, "total_canceled") < amount(order, "grand_total")
    lines = [_priced(item, smallest, now=partly) for item in items]
    extension = order.get("extension_attributes") or {}
    credits = {method: amount(extension, name) for name, method in CREDITS.items() if amount(extension, name)}
    shipping = freight(order).quantize(smallest, ROUND_HALF_UP)
    rate = _rate(amount(order, "shipping_amount"), amount(order, "shipping_tax_amount"))
    total = (amount(order, "grand_total") + sum(credits.values(), ZERO)).quantize(smallest, ROUND_HALF_UP)
    if partly:
        total -= amount(order, "total_canceled").quantize(smallest, ROUND_HALF_UP)
        # Magento tells canceled freight without its tax.
        gone = amount(order, "shipping_canceled") * (1 + rate / 100)
        shipping -= min(gone.quantize(smallest, ROUND_HALF_UP), shipping)
    lines = [line for line in lines if line.quantity]
    extras = list(_extras(extension))
    rest = (
        total
        - shipping
        - sum((line.total for line in lines), ZERO)
        - sum((item.total for item in extras), ZERO)
    )
    return Bill(
        lines=_evened_out(lines, rest, smallest),
        extras=extras,
        shipping=shipping,
        shipping_rate=rate,
        credits=credits,
        total=total,
    )


def charge(item: Json) -> Decimal:
    """What all pieces of a line come to."""
    return (
        amount(item, "row_total")
        + amount(item, "tax_amount")
        + amount(item, "discount_tax_compensation_amount")
        + amount(item, "weee_tax_applied_row_amount")
        - amount(item, "discount_amount")
    )


def part_of(item: Json, pieces: Decimal, smallest: Decimal) -> Decimal:
    """What some of a line's pieces come to, rounded half up."""
    ordered = amount(item, "qty_ordered")
    return (charge(item) * pieces / ordered).quantize(smallest, ROUND_HALF_UP)


def freight(order: Json) -> Decimal:
    """What the shopper pays for freight: after discount, with tax."""
    return (
        amount(order, "shipping_amount")
        + amount(order, "shipping_tax_amount")
        + amount(order, "shipping_discount_tax_compensation_amount")
        - amount(order, "shipping_discount_amount")
    )


def amount(given: Json, name: str) -> Decimal:
    """A number of Magento's, nothing said is 0. Raises ArithmeticError or TypeError for what is none."""
    value = given.get(name)
    if value is None or value == "":
        return ZERO
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError(f"{name} is {value!r}, which is no number")
    number = Decimal(value)
    if not number.is_finite():
        raise TypeError(f"{name} is {value!r}, which is no number")
    return number


def _priced(item: Json, smallest: Decimal, *, now: bool) -> Priced:
    quantity = amount(item, "qty_ordered") - (amount(item, "qty_canceled") if now else ZERO)
    rate = amount(item, "tax_percent")
    total = part_of(item, quantity, smallest) if quantity else ZERO
    price = amount(item, "price_incl_tax") or amount(item, "price") * (1 + rate / 100)
    # Never less than the charge needs, so that the discount is never negative.
    whole = max(price * quantity, total)
    unit = (whole / quantity).quantize(smallest, ROUND_CEILING) if quantity else ZERO
    return Priced(item, quantity, unit, total, rate)


def _evened_out(lines: list[Priced], rest: Decimal, smallest: Decimal) -> list[Priced]:
    """Magento keeps four decimals and rounds late: what rounding here leaves belongs to the largest line. More than that
    is no rounding, and stays for whoever takes the order to refuse."""
    if not rest or not lines or abs(rest) > smallest * len(lines):
        return lines
    largest = max(lines, key=lambda line: line.total)
    total = largest.total + rest
    unit = max(largest.unit, (total / largest.quantity).quantize(smallest, ROUND_CEILING))
    return [replace(line, total=total, unit=unit) if line is largest else line for line in lines]


def _extras(extension: Json) -> Iterator[Extra]:
    for price, tax, sku, name in _WRAPPING:
        net, taxed = amount(extension, price), amount(extension, tax)
        if net:
            yield Extra(sku, name, net + taxed, _rate(net, taxed))
    for fee in extension.get("custom_fees") or ():
        if isinstance(fee, Mapping) and amount(fee, "custom_fee_amount"):
            label = str(fee.get("custom_fee_label") or fee.get("custom_fee_code") or "Fee")
            yield Extra("CUSTOM-FEE", label, amount(fee, "custom_fee_amount"), ZERO)


def _rate(net: Decimal, tax: Decimal) -> Decimal:
    """In percent. Rounded amounts seldom give the rate exactly, so it is rounded to what rates have: a tenth."""
    return (
        (tax * 100 / net).quantize(Decimal("0.1"), ROUND_HALF_UP).normalize() + ZERO if net and tax else ZERO
    )
