from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.money import CURRENCIES, LIMIT, Money, MoneyError, exponent


@given(st.sampled_from(sorted(CURRENCIES)), st.integers(-(10**11), 10**11))
def test_minor_units_go_both_ways(currency: str, minor: int) -> None:
    money = Money.from_minor(minor, currency.lower())
    assert money.minor == minor
    assert money.currency == currency
    assert Money.of(str(money.amount), currency) == money


@given(st.sampled_from(sorted(CURRENCIES)), st.integers(0, 10**9), st.integers(0, 3))
def test_units_of_other_decimals_go_both_ways_or_are_refused(currency: str, minor: int, places: int) -> None:
    money = Money.from_minor(minor, currency)
    finer = exponent(currency) - places
    if finer > 0 and minor % 10**finer:
        with pytest.raises(MoneyError):
            money.in_units(places)
    else:
        assert Money.from_minor(money.in_units(places), currency, places) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1.001", "NOK"),
        ("1.5", "JPY"),
        ("1.0001", "KWD"),
        ("NaN", "NOK"),
        ("Infinity", "NOK"),
        (str(LIMIT), "NOK"),
    ],
)
def test_amounts_that_are_none(amount: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.of(amount, currency)


@pytest.mark.parametrize("text", ["", "12,50", "ten", "1e", "--1"])
def test_text_that_is_no_amount(text: str) -> None:
    with pytest.raises(MoneyError, match="digits with a decimal point"):
        Money.of(text, "NOK")


@pytest.mark.parametrize("currency", ["NO", "XYZ", "", "kroner"])
def test_currencies_that_are_none(currency: str) -> None:
    with pytest.raises(MoneyError, match="ISO 4217"):
        Money.of("1", currency)


def test_currencies_do_not_mix() -> None:
    for mixed in (
        lambda: Money.of(1, "NOK") + Money.of(1, "SEK"),
        lambda: Money.of(1, "NOK") < Money.of(1, "SEK"),
    ):
        with pytest.raises(MoneyError, match="cannot combine"):
            mixed()


def test_sums_and_order() -> None:
    small, large = Money.of("0.10", "NOK"), Money.of("0.20", "NOK")
    assert small + large == Money.of("0.30", "NOK")
    assert large - small == small
    assert small < large <= large
    assert not Money.zero("NOK")
    assert str(large) == "0.20 NOK"
    assert Money(Decimal("5"), "NOK").amount.as_tuple().exponent == -2
