"""The tabs of a connector: every one a row or rows of its own, so that the editor shows them in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from connectors import validation
from connectors.field_rules import Rule
from connectors.models.connector import Connector
from tenants.models import Market, MarketGroup, Secret
from tenants.scoping import TenantModel, scoped_history


@contextmanager
def at(field: str) -> Iterator[None]:
    """Put a refusal at a field."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from None


def secret_reference(label: str) -> Any:
    """A reference to a stored secret; drafts, documents and history hold nothing else of it."""
    return models.ForeignKey(
        Secret, verbose_name=label, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class ConnectorAuthentication(TenantModel):
    connector = models.OneToOneField(Connector, on_delete=models.CASCADE, related_name="authentication")
    merchant_id = models.CharField("Merchant ID", max_length=200, blank=True)
    bearer_token = secret_reference("Bearer Token")
    username = models.CharField("Username", max_length=200, blank=True)
    password = secret_reference("Password")
    client_app_id = models.CharField("Client App ID", max_length=200, blank=True)
    client_app_secret = secret_reference("Client App Secret")
    tenant_url = models.CharField("Tenant URL", max_length=500, blank=True)
    oauth_tenant = models.CharField("OAuth Tenant", max_length=200, blank=True)
    oauth_resource = models.CharField("OAuth Resource", max_length=500, blank=True)

    history = scoped_history()

    class Meta:
        verbose_name = "authentication"
        verbose_name_plural = "authentication"

    def __str__(self) -> str:
        return f"Authentication of {self.connector}"

    def clean(self) -> None:
        super().clean()
        with at("tenant_url"):
            validation.check_host(self.connector, self.tenant_url)


class ConnectorMarkets(TenantModel):
    """Where a connector serves. Empty enabled lists mean everywhere; disabled wins."""

    connector = models.OneToOneField(Connector, on_delete=models.CASCADE, related_name="markets")
    enabled_markets = models.ManyToManyField(
        Market, verbose_name="Enabled For Markets", blank=True, related_name="+"
    )
    disabled_markets = models.ManyToManyField(
        Market, verbose_name="Disabled For Markets", blank=True, related_name="+"
    )
    enabled_market_groups = models.ManyToManyField(
        MarketGroup, verbose_name="Enabled For Market Groups", blank=True, related_name="+"
    )
    disabled_market_groups = models.ManyToManyField(
        MarketGroup, verbose_name="Disabled For Market Groups", blank=True, related_name="+"
    )

    history = scoped_history(
        m2m_fields=[enabled_markets, disabled_markets, enabled_market_groups, disabled_market_groups]
    )

    class Meta:
        verbose_name = "markets"
        verbose_name_plural = "markets"

    def __str__(self) -> str:
        return f"Markets of {self.connector}"


class ValueType(models.TextChoices):
    STRING = "String", "String"
    BOOLEAN = "Boolean", "Boolean"
    DATETIME = "DateTime", "DateTime"
    DATE = "Date", "Date"
    NUMBER = "Number", "Number"
    TEXTAREA = "Textarea", "Textarea"
    JSON = "JSON", "JSON"
    FILE = "File", "File"
    STORE = "Store", "Store"
    ORDER_STATUS = "OrderStatus", "OrderStatus"


class ConnectorProperty(TenantModel):
    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="properties")
    key = models.CharField("Key", max_length=200)
    key_group = models.CharField("Key Group", max_length=200, blank=True)
    value_type = models.CharField("Type", max_length=20, choices=ValueType, default=ValueType.STRING)
    value = models.TextField("Value", blank=True)
    is_secret = models.BooleanField("Secret", default=False)
    secret = secret_reference("Secret value")

    history = scoped_history()

    class Meta:
        verbose_name = "property"
        verbose_name_plural = "properties"
        ordering = ["key_group", "key"]
        constraints = [
            models.UniqueConstraint(
                "connector",
                Lower("key"),
                Lower("key_group"),
                name="connector_property_key",
                violation_error_message="This key is there already.",
            )
        ]

    def __str__(self) -> str:
        return self.key

    def clean(self) -> None:
        super().clean()
        self.key = self.key.strip()
        if self.is_secret:
            with at("key"):
                validation.check_secret_property(self.key)
            return
        with at("value"):
            validation.check_property(self.connector, self.key, self.value_type, self.value)


class ConnectorHeader(TenantModel):
    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="headers")
    name = models.CharField("Name", max_length=200)
    value = models.TextField("Value", blank=True)
    is_secret = models.BooleanField("Secret", default=False)
    secret = secret_reference("Secret value")

    history = scoped_history()

    class Meta:
        verbose_name = "custom header"
        verbose_name_plural = "Custom Headers"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "connector",
                Lower("name"),
                name="connector_header_name",
                violation_error_message="This header is there already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        with at("name"):
            validation.check_header_name(self.name)
        with at("value"):
            validation.check_header_value(self.value)


RULES = [(rule.value, rule.value) for rule in Rule]


class ConnectorFieldMapping(TenantModel):
    """`on_import` and `on_export` say what of an imported or exported product may be overwritten."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="field_mapping")
    property = models.CharField("Property", max_length=200)
    connector_property = models.CharField("Connector Property", max_length=200)
    on_import = models.CharField(
        "On import",
        max_length=10,
        choices=RULES,
        default=Rule.OVERWRITE.value,
        help_text="What an import may do to ours: overwrite it, fill it if it is empty, or never touch it.",
    )
    on_export = models.CharField(
        "On export",
        max_length=10,
        choices=RULES,
        default=Rule.OVERWRITE.value,
        help_text="What an export may do to theirs. What nobody tells never overwrites anything.",
    )

    history = scoped_history()

    class Meta:
        verbose_name = "field mapping"
        verbose_name_plural = "Field Mapping"
        ordering = ["property"]
        constraints = [
            models.UniqueConstraint(
                "connector",
                Lower("property"),
                name="connector_mapped_property",
                violation_error_message="This property is mapped already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.property} → {self.connector_property}"
