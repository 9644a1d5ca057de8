from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from tenants.countries import COUNTRIES
from tenants.models.usage import Retirable
from tenants.money import CURRENCIES
from tenants.scoping import TenantModel, scoped_history
from tenants.time_zones import zone_named, zone_of

CODE = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", "Use letters, digits, dot, dash and underscore, such as NOR."
)
LANGUAGE = RegexValidator(r"^[a-z]{2,3}(-[A-Z]{2})?\Z", "Use a language code such as nb or en-GB.")


def validate_currency(code: str) -> None:
    if code not in CURRENCIES:
        raise ValidationError(f"{code!r} is not an ISO 4217 currency; use three capital letters such as NOK.")


def validate_country(code: str) -> None:
    if code not in COUNTRIES:
        raise ValidationError(f"{code!r} is not an ISO 3166 country; use two capital letters such as NO.")


def validate_time_zone(name: str) -> None:
    try:
        zone_named(name)
    except ValueError as error:
        raise ValidationError(str(error)) from None


class MarketGroup(TenantModel):
    code = models.CharField(max_length=50, validators=[CODE])
    name = models.CharField(max_length=200)

    history = scoped_history()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("code"),
                name="market_group_code",
                violation_error_message="Another market group has this code.",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Market(Retirable):
    code = models.CharField(
        max_length=50, validators=[CODE], help_text="Orders name their market by this code, in any case."
    )
    name = models.CharField(max_length=200)
    currency = models.CharField(
        max_length=3, validators=[validate_currency], help_text="ISO 4217, such as NOK."
    )
    country = models.CharField(max_length=2, validators=[validate_country], help_text="ISO 3166, such as NO.")
    language = models.CharField(
        max_length=6, blank=True, validators=[LANGUAGE], help_text="Such as nb or en-GB."
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text="Such as Europe/Oslo, for opening hours; empty takes the country's.",
    )
    groups = models.ManyToManyField(MarketGroup, blank=True, related_name="markets")

    history = scoped_history(m2m_fields=[groups])

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("code"),
                name="market_code",
                violation_error_message="Another market has this code.",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def zone(self) -> ZoneInfo:
        """What clocks show there: the market's own time zone, else that of its country, else UTC."""
        return zone_of(self.time_zone, self.country)
