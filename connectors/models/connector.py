from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from connectors import registry, validation
from connectors.contracts.base import Category
from connectors.models.publication import Publishable
from tenants.scoping import scoped_history

LONGEST_TIMEOUT_MS = 300_000
LONGEST_LIFETIME_S = 86_400


def new_webhook_token() -> str:
    return secrets.token_urlsafe(32)


class Connector(Publishable):
    """The draft of a connector. What runs is its publication; see publishing.py."""

    name = models.CharField(
        "Name", max_length=200, help_text="One of the names that the implementation expects."
    )
    display_name = models.CharField("Display Name", max_length=200, blank=True)
    type = models.CharField("Type", max_length=100, help_text="The implementation, such as stripe.")
    connector_id = models.CharField(
        "Connector ID", max_length=100, blank=True, help_text="Needed when several connectors share a Type."
    )
    category = models.CharField(
        "Category", max_length=20, editable=False, choices=[(item.value, item.value) for item in Category]
    )
    host = models.CharField(
        "Host", max_length=500, blank=True, help_text="Empty uses the implementation's own host."
    )
    is_test = models.BooleanField("Is Test", default=False, help_text="Use the test host and mode.")
    timeout_ms = models.PositiveIntegerField(
        "Timeout (ms)",
        null=True,
        blank=True,
        validators=[MinValueValidator(100), MaxValueValidator(LONGEST_TIMEOUT_MS)],
        help_text="In milliseconds; empty uses the implementation's default.",
    )
    handler_lifetime_s = models.PositiveIntegerField(
        "Handler Lifetime (seconds)",
        default=300,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_LIFETIME_S)],
        help_text="How long a connection to the host is used again.",
    )
    authenticated_manually = models.BooleanField(
        "Is Authenticated Manually", default=False, help_text="Add no authentication to requests."
    )
    disable_standard_error_policy = models.BooleanField(
        "Disable Standard Error Policy", default=False, help_text="Never repeat a failed call by itself."
    )
    webhook_token = models.CharField(max_length=64, unique=True, default=new_webhook_token, editable=False)

    # The last Test connection; what it tested is told by a checksum of host and credentials.
    tested_at = models.DateTimeField("tested", null=True, blank=True, editable=False)
    test_passed = models.BooleanField("test passed", null=True, blank=True, editable=False)
    test_message = models.TextField("test result", blank=True, editable=False)
    tested_account = models.CharField(max_length=64, blank=True, editable=False)

    history = scoped_history(
        excluded_fields=[
            "live",
            "tested_at",
            "test_passed",
            "test_message",
            "tested_account",
            "webhook_token",
        ]
    )

    class Meta:
        ordering = ["name", "connector_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("connector_id"),
                condition=~Q(connector_id=""),
                name="connector_id",
                violation_error_message="Another connector has this Connector ID.",
            ),
            models.CheckConstraint(
                condition=Q(category__in=[item.value for item in Category]), name="connector_category"
            ),
        ]

    def __str__(self) -> str:
        label = self.display_name or self.name
        return f"{label} ({self.connector_id})" if self.connector_id else label

    def clean(self) -> None:
        """Type, Name, Connector ID and Host, each refused at its field."""
        super().clean()
        self.type = self.type.strip().lower()
        errors: dict[str, Any] = {}
        with _collecting(errors, "type"):
            implementation = validation.check_type(self.type)
            with _collecting(errors, "name"):
                self.name = validation.check_name(self.name, implementation)
        with _collecting(errors, "connector_id"):
            validation.check_connector_id(self)
        with _collecting(errors, "host"):
            validation.check_host(self, self.host)
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.type = self.type.strip().lower()
        self.category = category_of(self.type) or self.category
        super().save(*args, **kwargs)


@contextmanager
def _collecting(errors: dict[str, Any], field: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        errors[field] = error


def category_of(slug: str) -> str:
    """The implementation's category; "" when it is not installed."""
    try:
        return str(registry.get(slug).category)
    except registry.NotInstalled:
        return ""
