"""What shipping costs: the configured prices of an option, and what becomes of a carrier's price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from tenants.money import Money, MoneyError, quantum

_SHAPE = 'Use a list such as [{"currency": "NOK", "price": "99.00", "up_to": 5000}]; up_to is in grams.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Tax included. `up_to` is the heaviest weight (grams) that it is for; None for any."""

    price: Money
    up_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRules:
    """Percentages as Decimal. `free_from` is by currency."""

    prices: tuple[Price, ...] = ()
    free_from: Mapping[str, Money] = field(default_factory=dict)
    tax_rate: Decimal = Decimal(0)
    add_tax: bool = False
    profit_percent: Decimal = Decimal(0)

    def configured(self, currency: str, grams: int) -> Money | None:
        """The price of the narrowest band that the weight fits; None where it fits none."""
        fits = [item for item in self.prices if item.price.currency == currency]
        fits = [item for item in fits if item.up_to is None or grams <= item.up_to]
        best = min(fits, key=lambda item: (item.up_to is None, item.up_to or 0), default=None)
        return best.price if best else None

    def of_carrier(self, price: Money, *, tax_included: bool, tax_rate: Decimal | None = None) -> Money:
        """The carrier's price with tax where it comes without, and with profit."""
        rate = self.tax_rate if tax_rate is None else tax_rate
        taxed = price if tax_included and not self.add_tax else _with(price, rate)
        return _with(taxed, self.profit_percent)

    def is_free(self, worth: Money | None) -> bool:
        """Whether a cart of this worth ships for nothing."""
        least = self.free_from.get(worth.currency) if worth else None
        return worth is not None and least is not None and least <= worth

    def tax_in(self, price: Money) -> Money:
        """How much of a price is tax."""
        return _money(price.amount * self.tax_rate / (100 + self.tax_rate), price.currency)


def read_prices(items: Sequence[Mapping[str, Any]]) -> tuple[Price, ...]:
    """Of the JSON of an option. Raises ValueError."""
    return tuple(
        Price(price=_read(item["price"], item["currency"]), up_to=_weight(item.get("up_to")))
        for item in items
    )


def read_thresholds(items: Mapping[str, Any]) -> dict[str, Money]:
    """Of the JSON of an option. Raises ValueError."""
    return {currency: _read(amount, currency) for currency, amount in items.items()}


def validate_prices(value: Any) -> None:
    try:
        found = read_prices(value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValidationError(f"{_SHAPE} ({error})") from error
    bands = [(item.price.currency, item.up_to) for item in found]
    if len(set(bands)) < len(bands):
        raise ValidationError("Two prices of one currency are for the same weight; keep one.")


def validate_thresholds(value: Any) -> None:
    try:
        read_thresholds(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValidationError(f'Use {{"NOK": "1000.00"}}: an amount for each currency. ({error})') from error


def _read(amount: Any, currency: Any) -> Money:
    if not isinstance(amount, str) or not isinstance(currency, str):
        raise ValueError("amounts and currencies are texts")
    try:
        money = Money.of(amount, currency)
    except (MoneyError, InvalidOperation) as error:
        raise ValueError(str(error)) from error
    if money.amount < 0:
        raise ValueError("an amount is below zero")
    return money


def _weight(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("up_to is a whole number of grams")
    return value


def _with(price: Money, percent: Decimal) -> Money:
    return _money(price.amount * (100 + percent) / 100, price.currency)


def _money(amount: Decimal, currency: str) -> Money:
    return Money(amount.quantize(quantum(currency), ROUND_HALF_UP), currency)
