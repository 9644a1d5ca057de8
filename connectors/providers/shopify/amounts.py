"""What an order's lines and shipping come to, tax included, so that together they are exactly the order's total.

Shopify gives prices with or without tax, discounts and taxes per line for all pieces ever ordered, and totals as sold
and as they are now. Our unit prices include tax in whole smallest units of the currency; where a line's charge cannot be
divided like that, the unit price is rounded up and the crumbs are part of the line's discount: the line's sum is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

from tenants.money import quantum

Json = Mapping[str, Any]

ZERO = Decimal(0)


@dataclass(slots=True)
class Priced:
    """`total` is what the pieces come to; `removed` pieces were ordered but are no longer there; `rate` in percent.

    `full_price` is the unit price before discounts, tax included, not rounded.
    """

    node: Json
    quantity: int
    removed: int
    full_price: Decimal
    rate: Decimal
    total: Decimal

    def unit_price(self, smallest: Decimal) -> Decimal:
        """Never less than the charge needs, so that the discount is never negative."""
        whole = max(self.full_price * self.quantity, self.total)
        return (whole / self.quantity).quantize(smallest, ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines, shipping, and charges that belong to no line, as label and amount; `rest` is what nothing explains."""

    lines: Sequence[Priced]
    shipping: Decimal
    shipping_rate: Decimal
    charges: Sequence[tuple[str, Decimal]]
    total: Decimal
    rest: Decimal


@dataclass(frozen=True, slots=True)
class View:
    """The order as it was sold, or as it is now: which fields tell."""

    now: bool

    def __call__(self, order: Json, name: str) -> Decimal:
        """One of the order's totals, such as "TotalPriceSet"."""
        start = "current" if self.now else ("original" if name in _ORIGINALS else "")
        return amount(order.get(start + name if start else name[0].lower() + name[1:]))


_ORIGINALS = {"TotalDutiesSet", "TotalAdditionalFeesSet"}
NOW, AS_SOLD = View(now=True), View(now=False)


def bill(order: Json, lines: Sequence[Json]) -> Bill:
    """A cancelled order, and one without any piece left, is taken as it was sold, any other as it is now."""
    left = any(line["currentQuantity"] for line in lines)
    changed = any(line["currentQuantity"] != line["quantity"] for line in lines)
    if order.get("cancelledAt") or not left:
        views = [AS_SOLD]
    else:
        # Money given back without goods lowers what Shopify calls the current total; the sale stays what it was.
        views = [NOW] if changed else [NOW, AS_SOLD]
    drafts = [_draft(order, lines, view) for view in views]
    return next((draft for draft in drafts if not draft.rest), drafts[0])


def _draft(order: Json, lines: Sequence[Json], view: View) -> Bill:
    smallest = quantum(order["currencyCode"])
    included = order["taxesIncluded"]
    priced = [item for line in lines if (item := _priced(line, included, smallest, view))]
    parts = [_shipping(line, included, smallest, view) for line in order["shippingLines"]["nodes"]]
    shipping, total = sum((part for part, _ in parts), ZERO), view(order, "TotalPriceSet")
    rate = next((rate for part, rate in parts if part), ZERO)
    rest = total - shipping - sum((item.total for item in priced), ZERO)
    rest -= _spread_tax(order, priced, rest, view, smallest)
    charges = _explained(order, rest, view)
    rest -= sum((value for _, value in charges), ZERO)
    rest -= _evened_out(priced, rest, smallest)
    return Bill(priced, shipping, rate, charges, total, rest)


def _priced(line: Json, included: bool, smallest: Decimal, view: View) -> Priced | None:
    ordered = line["quantity"]
    quantity = line["currentQuantity"] if view.now else ordered
    if not quantity:
        return None
    price = amount(line["originalUnitPriceSet"])
    net = price * ordered - _discounts(line)
    tax, rate = taxes(line, None if included else net)
    charged = net if included else net + tax
    return Priced(
        node=line,
        quantity=quantity,
        removed=ordered - quantity,
        full_price=price if included else price * (1 + rate / 100),
        rate=rate,
        total=_part(charged, quantity, ordered, smallest),
    )


def _shipping(line: Json, included: bool, smallest: Decimal, view: View) -> tuple[Decimal, Decimal]:
    """What a shipping line comes to, and its tax rate in percent."""
    sold = amount(line["originalPriceSet"]) - _discounts(line)
    current = line.get("currentDiscountedPriceSet")
    price = amount(current) if view.now and current else sold
    tax, rate = taxes(line, None if included else sold)
    if included or not sold:
        return price, rate
    return price + _part(tax, price, sold, smallest), rate


def taxes(line: Json, net: Decimal | None = None) -> tuple[Decimal, Decimal]:
    """The sum of a line's taxes, and their rates together in percent. Without rates, what they are of `net`."""
    charged = [tax for tax in line.get("taxLines") or () if amount(tax["priceSet"])]
    total = sum((amount(tax["priceSet"]) for tax in charged), ZERO)
    rate = sum((Decimal(str(tax.get("rate") or 0)) for tax in charged), ZERO) * 100
    if total and not rate and net:
        rate = (total * 100 / net).quantize(Decimal("0.01"))
    return total, rate


def amount(bag: Json | None) -> Decimal:
    """An amount in the shop's currency; nothing said is 0."""
    return Decimal(bag["shopMoney"]["amount"]) if bag else ZERO


def _discounts(line: Json) -> Decimal:
    return sum((amount(item["allocatedAmountSet"]) for item in line["discountAllocations"]), ZERO)


def _part(whole: Decimal, quantity: Decimal | int, ordered: Decimal | int, smallest: Decimal) -> Decimal:
    return (whole * quantity / ordered).quantize(smallest, ROUND_HALF_UP)


def _spread_tax(
    order: Json, priced: Sequence[Priced], rest: Decimal, view: View, smallest: Decimal
) -> Decimal:
    """Tax that is told for the whole order only is the lines' tax, in proportion to what they come to."""
    nodes = [*(item.node for item in priced), *order["shippingLines"]["nodes"]]
    whole = sum((item.total for item in priced), ZERO)
    told = any(line.get("taxLines") for line in nodes)
    if order["taxesIncluded"] or told or not whole or rest <= 0 or rest != view(order, "TotalTaxSet"):
        return ZERO
    rate = taxes(order, whole)[1]
    shares = list(_shares(rest, [item.total for item in priced], smallest))
    for item, share in zip(priced, shares, strict=True):
        item.total, item.rate = item.total + share, rate
        item.full_price *= 1 + rate / 100
    return rest


def _shares(whole: Decimal, weights: Sequence[Decimal], smallest: Decimal) -> Iterator[Decimal]:
    """Parts in proportion to the weights that add up to the whole; what rounding leaves goes to the last ones."""
    left, weight = whole, sum(weights, ZERO)
    for number in weights:
        share = (left * number / weight).quantize(smallest, ROUND_DOWN) if weight else ZERO
        yield share
        left, weight = left - share, weight - number


def _explained(order: Json, rest: Decimal, view: View) -> list[tuple[str, Decimal]]:
    """The charges outside of the lines that make up the rest; [] where none do."""
    known = [
        ("Duties", view(order, "TotalDutiesSet")),
        ("Additional fees", view(order, "TotalAdditionalFeesSet")),
        ("Tip", amount(order.get("totalTipReceivedSet"))),
    ]
    known = [item for item in known if item[1]]
    chosen = (some for count in range(1, len(known) + 1) for some in combinations(known, count))
    fitting = (some for some in chosen if sum((value for _, value in some), ZERO) == rest)
    return list(next(fitting, ())) if rest else []


def _evened_out(priced: Sequence[Priced], rest: Decimal, smallest: Decimal) -> Decimal:
    """Lines of which some pieces are gone were priced here by their share: a difference of rounding is theirs."""
    guessed = [item for item in priced if item.removed]
    if not guessed or abs(rest) > smallest * sum(item.removed for item in guessed):
        return ZERO
    largest = max(guessed, key=lambda item: item.total)
    largest.total += rest
    return rest
