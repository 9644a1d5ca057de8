from __future__ import annotations

from django import forms

from connectors.contracts.base import Category
from connectors.gateways.forms import GatewayForm
from connectors.gateways.properties_field import PropertiesField
from connectors.models import Connector
from shipping.models import Shipment
from shipping.models.provider import validate_services
from tenants.adminkit import TenantForm, WordsField


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


class ShipmentOptionForm(TenantForm):
    services = WordsField(
        label="Services",
        required=False,
        validators=[validate_services],
        help_text="The carrier's codes, with spaces between them.",
    )
