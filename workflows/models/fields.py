"""Column types that several models share, so that an amount has the same size everywhere."""

from __future__ import annotations

from typing import Any

from django.db import models


class _SizedDecimal(models.DecimalField):
    size: dict[str, int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**self.size, **kwargs})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


class AmountField(_SizedDecimal):
    """An amount below 10^12 with room for the three decimals that some currencies have."""

    size = {"max_digits": 15, "decimal_places": 3}


class QuantityField(_SizedDecimal):
    """A quantity; three decimals hold grams of a kilo and millimetres of a metre."""

    size = {"max_digits": 12, "decimal_places": 3}


class PercentField(_SizedDecimal):
    size = {"max_digits": 6, "decimal_places": 3}
