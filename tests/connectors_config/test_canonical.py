from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.canonical import checksum, request_hash
from tenants.money import Money
from tenants.secret_value import SecretValue


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    amount: Any = Decimal("1.10")
    extra: dict = field(default_factory=dict)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.10"), Decimal("1.1")),
        (Decimal("100"), Decimal("1E+2")),
        (Decimal("-0.00"), Decimal(0)),
        ((1, 2), [1, 2]),
        (Colour.RED, "red"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (frozenset("ab"), frozenset("ba")),
        (Money.of("10", "NOK"), Money.of("10.00", "NOK")),
        (SecretValue("abc"), SecretValue("abc")),
    ],
)
def test_what_is_the_same_has_the_same_hash(one, other):
    assert request_hash(Thing(one)) == request_hash(Thing(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.10"), Decimal("1.11")),
        (Money.of("10", "NOK"), Money.of("10", "SEK")),
        (SecretValue("abc"), SecretValue("abd")),
        (SecretValue("abc"), "abc"),
        (b"abc", b"abd"),
        (None, ""),
        ([1, 2], [2, 1]),
        (date(2026, 5, 3), date(2026, 5, 4)),
        (datetime(2026, 5, 3, tzinfo=UTC), date(2026, 5, 3)),
        (UUID(int=1), UUID(int=2)),
        (True, None),
    ],
)
def test_what_differs_has_another_hash(one, other):
    assert request_hash(Thing(one)) != request_hash(Thing(other))


def test_a_secret_is_not_in_the_text_that_is_hashed(monkeypatch):
    from connectors import canonical

    texts = []
    monkeypatch.setattr(canonical, "_sha256", lambda data: texts.append(data) or "0" * 64)
    request_hash(Thing(SecretValue("very-secret-thing")))
    assert len(texts) == 2
    assert b"very-secret-thing" not in texts[-1]


def test_what_cannot_be_hashed_reliably_is_refused():
    with pytest.raises(TypeError, match="object"):
        request_hash(Thing(object()))


@given(st.dictionaries(st.text(), st.integers() | st.text()))
@settings(max_examples=50)
def test_the_order_of_keys_does_not_matter(document):
    assert checksum({"inner": document}) == checksum({"inner": dict(reversed(document.items()))})


@dataclass(frozen=True)
class Row:
    sku: str
    price: Decimal


@dataclass(frozen=True)
class Basket:
    rows: tuple[Row, ...]
    note: str = ""


def test_rows_that_were_hashed_before_count_as_what_they_are():
    """Also when many others came in between, and when another tuple has taken their place in memory."""
    rows = (Row("TENT-2", Decimal("10.0")), Row("LAMP", Decimal(1)))
    first = request_hash(Basket(rows))
    others = {request_hash(Basket((Row(f"SKU-{number}", Decimal(1)),))) for number in range(600)}
    assert len(others) == 600
    assert request_hash(Basket(rows)) == request_hash(Basket((Row("TENT-2", Decimal(10)), rows[1]))) == first
    assert request_hash(Basket(rows, "quick")) != first
