"""Fields that the API reads and writes exactly: money and quantities as text, times with their zone."""

from __future__ import annotations

import re
from decimal import Decimal
from operator import attrgetter
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenants.apikit.moments import MomentField
from tenants.money import Money, MoneyError

__all__ = ["AmountField", "MomentField", "NumberField"]

_AMOUNT = r"^\d{1,12}(\.\d{1,3})?$"
_LARGEST = 999_999_999
_NUMBER = r"^\d{1,9}(\.\d{1,3})?$"


@extend_schema_field({"type": "string", "format": "decimal", "pattern": _AMOUNT, "example": "199.00"})
class AmountField(serializers.Field):
    """An amount as decimal text with the currency's decimals. `currency` says where the instance keeps that."""

    default_error_messages = {
        "type": 'This is not text; send the amount in quotes, such as "199.00".',
        "negative": "This is below 0; give what is taken off as a positive discount.",
        "format": 'This is not an amount; send digits with a decimal point, such as "199.00".',
    }

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        super().__init__(**options)
        self.currency = attrgetter(currency)

    def get_attribute(self, instance: Any) -> Any:
        """One row whose amount its currency cannot express must not keep all others of a list from being read."""
        amount = super().get_attribute(instance)
        try:
            return None if amount is None else Money(amount, self.currency(instance))
        except MoneyError:
            return amount

    def to_representation(self, value: Money | Decimal) -> str:
        return str(value.amount if isinstance(value, Money) else value)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("type")
        if data.strip().startswith("-"):
            self.fail("negative")
        if not re.match(_AMOUNT, data) or data.endswith("\n"):
            self.fail("format")
        return str(data)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "format": "decimal", "pattern": _NUMBER},
            {"type": "integer", "minimum": 0, "maximum": _LARGEST},
        ]
    }
)
class NumberField(serializers.Field):
    """A quantity or percentage: decimal text, or a whole number."""

    default_error_messages = {
        "format": 'This is not a number; send digits in quotes, such as "2" or "0.5".',
    }

    def to_representation(self, value: Decimal) -> str:
        return format(Decimal(value).normalize(), "f")

    def to_internal_value(self, data: Any) -> str | int:
        whole = isinstance(data, int) and not isinstance(data, bool) and 0 <= data <= _LARGEST
        if not whole and not (isinstance(data, str) and re.fullmatch(_NUMBER[1:-1], data)):
            self.fail("format")
        return data
