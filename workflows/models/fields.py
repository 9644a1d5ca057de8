"""Column types that several models share, so that an amount has the same size everywhere."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now


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


class ModifiedField(models.DateTimeField):
    """When a row was last changed, by the database's clock: exports go by it, and the clocks of several servers differ.
    A row that was updated shows this server's time until it is read again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_now": True, **kwargs})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    @property
    def db_returning(self) -> bool:
        """A new row gets back what was stored."""
        return self.auto_now

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Copies of the column in histories keep what they were given."""
        value = super().pre_save(model_instance, add)
        return Now() if self.auto_now else value
