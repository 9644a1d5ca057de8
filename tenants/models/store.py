from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from tenants.models.market import CODE, Market, validate_country
from tenants.models.usage import Retirable
from tenants.scoping import scoped_history


def validate_names_and_texts(value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ValidationError('Use a JSON object of names and texts, such as {"erp": "S-17"}.')


class Store(Retirable):
    """A shop or a warehouse."""

    code = models.CharField(max_length=50, validators=[CODE])
    name = models.CharField(max_length=200)
    is_warehouse = models.BooleanField("warehouse", default=False)
    market = models.ForeignKey(Market, null=True, blank=True, on_delete=models.PROTECT, related_name="stores")
    country = models.CharField(
        max_length=2, blank=True, validators=[validate_country], help_text="ISO 3166, such as NO."
    )
    external_ids = models.JSONField(
        "external ids",
        default=dict,
        blank=True,
        validators=[validate_names_and_texts],
        help_text='Such as {"erp": "S-17"}.',
    )
    properties = models.JSONField(default=dict, blank=True, validators=[validate_names_and_texts])

    history = scoped_history()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("code"),
                name="store_code",
                violation_error_message="Another store has this code.",
            )
        ]

    def __str__(self) -> str:
        return self.code
