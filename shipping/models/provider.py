from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from connectors.contracts.shipping import PDF, ZPL, DeliveryType
from connectors.models import Connector, Publishable
from shipping.prices import validate_prices, validate_thresholds
from tenants.models import Market, Store
from tenants.scoping import TenantModel, scoped_history
from workflows.models.chart import validate_properties

#: The heaviest parcel (grams) and the longest side (millimetres) that can be meant.
HEAVIEST, LONGEST = 10_000_000, 100_000


DELIVERY_TYPES = [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in DeliveryType]
LABEL_FORMATS = [(PDF, "PDF"), (ZPL, "ZPL")]


def validate_services(value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValidationError("Use the carrier's codes of services, such as EVARSLING.")


def percentage(label: str, most: int, help_text: str) -> Any:
    return models.DecimalField(
        label,
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(most)],
        help_text=help_text,
    )


def flag(label: str, help_text: str) -> Any:
    return models.BooleanField(label, default=False, help_text=help_text)


def measure(label: str, most: int) -> Any:
    return models.PositiveIntegerField(label, default=0, validators=[MaxValueValidator(most)])


class ShippingProvider(Publishable):
    """The draft of what a merchant ships with: options and markets over a connector of Category Shipping.

    Shipping Gateway, Merchant ID, API Token and Base URL are the connector's own; see connectors/gateways.
    """

    name = models.CharField("Name", max_length=100, help_text="Unique; what staff read.")
    connector = models.ForeignKey(
        Connector, verbose_name="Connector", on_delete=models.PROTECT, related_name="shipping_providers"
    )
    valid_on_markets = models.ManyToManyField(
        Market,
        verbose_name="Valid On Markets",
        blank=True,
        related_name="+",
        help_text="Empty means all markets.",
    )
    properties = models.JSONField(
        "Properties",
        default=dict,
        blank=True,
        validators=[validate_properties],
        help_text="What the carrier needs for each booking. The group Sender is the address of shipments whose store has"
        ' none: {"Sender": {"name": …, "line1": …, "postal_code": …, "city": …, "country": "NO"}}.',
    )

    history = scoped_history(excluded_fields=["live"], m2m_fields=[valid_on_markets])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="shipping_provider_name",
                violation_error_message="Another shipping provider has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ShipmentOption(TenantModel):
    """One way to ship. Orders name it; `product` is the carrier's own code. Grams and millimetres."""

    provider = models.ForeignKey(ShippingProvider, on_delete=models.CASCADE, related_name="shipment_options")
    name = models.CharField(
        "Name", max_length=100, help_text="Orders name their shipping option by it, in any case."
    )
    label = models.CharField("Display Name", max_length=200, blank=True, help_text="What shoppers read.")
    product = models.CharField("Product", max_length=100, help_text="The carrier's code, such as 5800.")
    return_product = models.CharField("Return Product", max_length=100, blank=True)
    services = models.JSONField("Services", default=list, blank=True, validators=[validate_services])
    position = models.PositiveIntegerField("Sort", default=0)
    is_default = models.BooleanField(
        "Is Default", default=False, help_text="Used for orders that come without shipments."
    )
    service_point_required = models.BooleanField("Service Point Required", default=False)
    weight = measure("Default Weight (g)", HEAVIEST)
    length = measure("Default Length (mm)", LONGEST)
    width = measure("Default Width (mm)", LONGEST)
    height = measure("Default Height (mm)", LONGEST)
    store = models.ForeignKey(
        Store,
        verbose_name="Default Store",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The store or warehouse that sends; empty takes the order's store.",
    )

    description = models.CharField("Description", max_length=500, blank=True, help_text="What shoppers read.")
    delivery_type = models.CharField(
        "Shipment Delivery Type", max_length=20, blank=True, choices=DELIVERY_TYPES
    )
    delivery_time = models.CharField(
        "Delivery Time",
        max_length=100,
        blank=True,
        help_text='Shown where the carrier tells no date, such as "2-3 working days".',
    )
    prices = models.JSONField(
        "Prices",
        default=list,
        blank=True,
        validators=[validate_prices],
        help_text="Tax included. Taken where the carrier tells no price.",
    )
    free_from = models.JSONField(
        "Free From",
        default=dict,
        blank=True,
        validators=[validate_thresholds],
        help_text="From which worth of the cart, tax included, shipping is free.",
    )
    tax_rate = percentage("Tax Rate", 100, "Percent; how much of the price is tax.")
    get_price_from_provider = flag(
        "Get Price From Provider", "Ask the carrier; Prices are then for when it does not answer."
    )
    add_tax_on_provider_price = flag("Add Tax On Provider Price", "The carrier's price comes without tax.")
    profit_percent = percentage("Shipping Profit Percent", 1000, "Added to the carrier's price.")
    price_connector = models.ForeignKey(
        Connector,
        verbose_name="Shipping Price Gateway",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who tells the price, where another one than books.",
    )
    price_product = models.CharField(
        "Price Product", max_length=100, blank=True, help_text="Its code there; empty for the same product."
    )
    get_service_points = flag("Get Service Points", "List them with the option.")
    checkout_codes = models.JSONField(
        "Checkout Codes",
        default=list,
        blank=True,
        validators=[validate_services],
        help_text="What a delivery checkout calls this option; its choice is then booked here.",
    )
    label_format = models.CharField("Label Format", max_length=100, choices=LABEL_FORMATS, default=PDF)
    hide_from_api = flag("Hide From API", "Not offered at checkout; orders may still name it.")

    history = scoped_history()

    class Meta:
        ordering = ["provider", "position", "name"]
        constraints = [
            models.UniqueConstraint(
                "provider",
                Lower("name"),
                name="shipment_option_name",
                violation_error_message="This provider has an option of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
