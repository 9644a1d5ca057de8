"""Weights, lengths and volumes in the units of a carrier. Everywhere else they are whole grams and millimetres.

What is sent is exact, or rounded up: a parcel never gets lighter or smaller on its way to a carrier.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from enum import IntEnum

Number = Decimal | int | str


class WeightUnit(IntEnum):
    """Grams in one."""

    GRAM = 1
    KILOGRAM = 1_000
    TONNE = 1_000_000


class LengthUnit(IntEnum):
    """Millimetres in one."""

    MILLIMETRE = 1
    CENTIMETRE = 10
    DECIMETRE = 100
    METRE = 1_000


class VolumeUnit(IntEnum):
    """Cubic millimetres in one."""

    CUBIC_CENTIMETRE = 1_000
    CUBIC_DECIMETRE = 1_000_000
    CUBIC_METRE = 1_000_000_000


def weight_in(grams: int, unit: WeightUnit) -> Decimal:
    """Exact: 1250 g are 1.25 kg."""
    return Decimal(grams) / unit


def length_in(millimetres: int, unit: LengthUnit) -> Decimal:
    """Exact: 305 mm are 30.5 cm."""
    return Decimal(millimetres) / unit


def whole_length_in(millimetres: int, unit: LengthUnit) -> int:
    """Rounded up: 305 mm are 31 cm."""
    return -(-millimetres // unit)


def volume_in(length: int, width: int, height: int, unit: VolumeUnit) -> Decimal:
    """Of sides in millimetres, exact; 0 where a side is not measured."""
    return Decimal(length * width * height) / unit


def grams_of(value: Number, unit: WeightUnit) -> int:
    """Whole grams of a carrier's figure, rounded up. Raises ValueError for what is no number."""
    return _whole(value, unit)


def millimetres_of(value: Number, unit: LengthUnit) -> int:
    """Whole millimetres of a carrier's figure, rounded up. Raises ValueError for what is no number."""
    return _whole(value, unit)


def _whole(value: Number, unit: int) -> int:
    try:
        number = Decimal(value)
        return int((number * unit).to_integral_value(ROUND_CEILING))
    except ArithmeticError as error:
        raise ValueError(f"{value!r} is no usable number") from error
