"""The lines of a new order and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tenants.money import LIMIT, quantum
from workflows import lookups
from workflows.amounts import included_tax, line_total, tax_tolerance, total_tolerance
from workflows.models import Product
from workflows.reading import Reader

_MOST_UNITS = 1_000_000
_HIGHEST_RATE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it will be saved; amounts in the order's currency, `tax_rate` in percent."""

    number: int
    product: Product
    name: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    tax_rate: Decimal
    tax: Decimal
    total: Decimal
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    shipping_total: Decimal
    shipping_tax_rate: Decimal
    discount_total: Decimal
    tax_total: Decimal
    total: Decimal


def read_lines(order: Reader, currency: str) -> tuple[Line, ...]:
    """The lines that can be read; what is wrong with the others is in the reader's errors."""
    readers = list(order.readers("lines", required=True))
    skus = {id(reader): reader.text("sku", 64, required=True) for reader in readers}
    found = lookups.products({sku for sku in skus.values() if sku})
    unknown = {sku for sku in skus.values() if sku and sku not in found}
    near = lookups.near_skus(unknown) if unknown else []
    lines = []
    for number, reader in enumerate(readers, start=1):
        sku = skus[id(reader)]
        if sku in unknown:
            lookups.refuse_sku(sku, near, reader.errors)
        line = _LineReader(reader, number, found.get(sku), currency).read()
        if line is not None:
            lines.append(line)
    return tuple(lines)


class _LineReader:
    """One line: what is given, else what the product says, and the sums checked."""

    def __init__(self, reader: Reader, number: int, product: Product | None, currency: str) -> None:
        self.reader = reader
        self.number = number
        self.product = product
        self.currency = currency

    def read(self) -> Line | None:
        reader, product = self.reader, self.product
        quantity = reader.decimal("quantity", above=0, limit=_MOST_UNITS)
        default_rate = product.tax_rate if product else Decimal(0)
        tax_rate = reader.decimal("tax_rate", limit=_HIGHEST_RATE, default=default_rate)
        discount = reader.amount("discount", self.currency, Decimal(0))
        unit_price = self._unit_price()
        name, properties = reader.text("name", 200), reader.properties("properties")
        if product is None or quantity is None or tax_rate is None or discount is None or unit_price is None:
            return None
        total = self._total(quantity, unit_price, discount)
        if total is None:
            return None
        return Line(
            number=self.number,
            product=product,
            name=name or product.name,
            quantity=quantity,
            unit_price=unit_price,
            discount=discount,
            tax_rate=tax_rate,
            tax=self._tax(quantity, total, tax_rate),
            total=total,
            properties=properties,
        )

    def _unit_price(self) -> Decimal | None:
        if self.reader.has("unit_price"):
            return self.reader.amount("unit_price", self.currency)
        product = self.product
        if product is not None and product.price is not None and product.currency == self.currency:
            return product.price.quantize(quantum(self.currency))
        if product is not None:
            self.reader.errors.add(
                "unit_price", f"The product {product.sku} has no price in {self.currency}; send one."
            )
        return None

    def _total(self, quantity: Decimal, unit_price: Decimal, discount: Decimal) -> Decimal | None:
        total = line_total(quantity, unit_price, discount, self.currency)
        if total < 0:
            self.reader.errors.add(
                "discount", f"This is more than the line; send at most {total + discount}."
            )
            return None
        if total >= LIMIT:
            self.reader.errors.add("unit_price", f"The line comes to {total}; stay below {LIMIT:.0f}.")
            return None
        return agreed(self.reader, "total", self.currency, total, total_tolerance(quantity, self.currency))

    def _tax(self, quantity: Decimal, total: Decimal, rate: Decimal) -> Decimal:
        tax = included_tax(total, rate, self.currency)
        return agreed(self.reader, "tax", self.currency, tax, tax_tolerance(quantity, self.currency))


def read_totals(order: Reader, currency: str, lines: Sequence[Line]) -> Totals:
    """Sums of lines that were all read without an error."""
    zero = Decimal(0).quantize(quantum(currency))
    shipping = order.amount("shipping_total", currency, zero) or zero
    rate = order.decimal("shipping_tax_rate", limit=_HIGHEST_RATE, default=Decimal(0)) or Decimal(0)
    discount = sum((line.discount for line in lines), zero)
    tax = sum((line.tax for line in lines), included_tax(shipping, rate, currency))
    total = sum((line.total for line in lines), shipping)
    if total >= LIMIT:
        order.errors.add("total", f"The order comes to {total}; stay below {LIMIT:.0f}.")
    return Totals(
        shipping_total=shipping,
        shipping_tax_rate=rate,
        discount_total=agreed(order, "discount_total", currency, discount, Decimal(0)),
        tax_total=agreed(order, "tax_total", currency, tax, quantum(currency) * (len(lines) + 1)),
        total=agreed(order, "total", currency, total, Decimal(0)),
    )


def agreed(reader: Reader, key: str, currency: str, computed: Decimal, tolerance: Decimal) -> Decimal:
    """What the caller gave, with a complaint when it is further from what we compute than the tolerance."""
    given = reader.amount(key, currency, computed)
    if given is None:
        return computed
    if abs(given - computed) > tolerance:
        reader.errors.add(key, f"This is {given} but comes to {computed}; leave it out or mend the parts.")
    return given
