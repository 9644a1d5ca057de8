from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from connectors.contracts.base import Category
from connectors.gateways.fields import implementations
from connectors.gateways.forms import GatewayForm
from connectors.gateways.properties_field import PropertiesField
from connectors.models import Connector
from shipping.models import Shipment
from shipping.models.provider import validate_services
from shipping.prices import validate_prices, validate_thresholds
from tenants.adminkit import TenantForm, WordsField

_LINE = re.compile(
    r"(?P<currency>[A-Za-z]{3})\s+(?P<price>\d{1,9}(\.\d{1,3})?)(\s+to\s+(?P<up_to>\d{1,9})(\s*g)?)?"
)


class ShippingProviderForm(GatewayForm):
    """Edits the provider and, in place, what its connector holds. Without a connector the first save creates one."""

    category = Category.SHIPPING
    gateway_field = "shipping_gateway"

    properties = PropertiesField(
        label="Properties",
        required=False,
        help_text="What the carrier needs for each booking. The Key Group Sender is the address of shipments whose store"
        " has none: name, line1, postal_code, city, country.",
    )
    shipping_gateway = forms.ChoiceField(label="Shipping Gateway", required=False)

    def was_used(self, connector: Connector) -> str:
        if not Shipment.objects.filter(connector=connector).exists():
            return ""
        return "Shipments were made with this gateway; create another shipping provider for the new one."


class PricesField(WordsField):
    """Prices, one on a line: "NOK 149.00", or with the heaviest weight in grams "NOK 99.00 to 5000"."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(_price_line, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [_read_price(line) for line in str(value or "").splitlines() if line.strip()]


class ThresholdsField(WordsField):
    """An amount for each currency, one on a line: "NOK 1000.00"."""

    def prepare_value(self, value: Any) -> Any:
        return (
            "\n".join(f"{name} {amount}" for name, amount in value.items())
            if isinstance(value, dict)
            else value
        )

    def to_python(self, value: Any) -> Any:
        found = [_read_price(line) for line in str(value or "").splitlines() if line.strip()]
        if any("up_to" in item for item in found):
            raise ValidationError("Write one amount on a line, such as NOK 1000.00.")
        return {item["currency"]: item["price"] for item in found}


class ShipmentOptionForm(TenantForm):
    services = WordsField(
        label="Services",
        required=False,
        validators=[validate_services],
        help_text="The carrier's codes, with spaces between them.",
    )
    checkout_codes = WordsField(
        label="Checkout Codes",
        required=False,
        validators=[validate_services],
        help_text="What a delivery checkout calls this option, with spaces between them; its choice is booked here.",
    )
    prices = PricesField(
        label="Prices",
        required=False,
        validators=[validate_prices],
        help_text="One on a line, tax included: NOK 149.00, or up to a weight in grams: NOK 99.00 to 5000.",
    )
    free_from = ThresholdsField(
        label="Free From",
        required=False,
        validators=[validate_thresholds],
        help_text="One on a line: NOK 1000.00 ships for nothing from a cart of that worth, tax included.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "price_connector" in self.fields:
            cast(Any, self.fields["price_connector"]).queryset = carriers()


class ShippingAccountForm(TenantForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "connector" in self.fields:
            cast(Any, self.fields["connector"]).queryset = carriers()


def carriers() -> QuerySet[Connector]:
    return Connector.objects.filter(type__in=dict(implementations(Category.SHIPPING)))


def _price_line(item: dict[str, Any]) -> str:
    weight = f" to {item['up_to']}" if item.get("up_to") else ""
    return f"{item.get('currency')} {item.get('price')}{weight}"


def _read_price(line: str) -> dict[str, Any]:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ValidationError(f"{line.strip()!r} is no price; write NOK 99.00, or NOK 99.00 to 5000 (grams).")
    price: dict[str, Any] = {"currency": found["currency"].upper(), "price": found["price"]}
    return price | ({"up_to": int(found["up_to"])} if found["up_to"] else {})
