"""Weights and lengths survive the way into a carrier's units and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contracts.measures import (
    LengthUnit,
    VolumeUnit,
    WeightUnit,
    grams_of,
    length_in,
    millimetres_of,
    volume_in,
    weight_in,
    whole_length_in,
)

MEASURES = st.integers(min_value=0, max_value=10**9)


@given(MEASURES, st.sampled_from(WeightUnit))
def test_weights_come_back_to_the_gram(grams: int, unit: WeightUnit) -> None:
    sent = weight_in(grams, unit)
    assert grams_of(sent, unit) == grams
    assert grams_of(format(sent, "f"), unit) == grams
    assert Decimal(repr(float(sent))) == sent


@given(MEASURES, st.sampled_from(LengthUnit))
def test_lengths_come_back_to_the_millimetre(millimetres: int, unit: LengthUnit) -> None:
    assert millimetres_of(length_in(millimetres, unit), unit) == millimetres


@given(MEASURES, st.sampled_from(LengthUnit))
def test_whole_lengths_never_lose_and_never_add_a_whole_one(millimetres: int, unit: LengthUnit) -> None:
    assert 0 <= whole_length_in(millimetres, unit) * unit - millimetres < unit


@given(*[st.integers(min_value=0, max_value=10_000)] * 3)
def test_volumes_agree_in_every_unit(length: int, width: int, height: int) -> None:
    sizes = [volume_in(length, width, height, unit) * unit for unit in VolumeUnit]
    assert sizes == [length * width * height] * len(VolumeUnit)


@pytest.mark.parametrize("strange", ["", "heavy", "NaN", "Infinity", "1,5"])
def test_what_is_no_number_is_refused(strange: str) -> None:
    with pytest.raises(ValueError):
        grams_of(strange, WeightUnit.KILOGRAM)
