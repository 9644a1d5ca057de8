from __future__ import annotations

from django import forms

from connectors.contracts.base import Category
from connectors.gateways.forms import GatewayForm
from connectors.gateways.properties_field import PropertiesField
from connectors.models import Connector


class PaymentMethodForm(GatewayForm):
    """Edits the method and, in place, what its connector holds. Without a connector the first save creates one."""

    category = Category.PAYMENT
    gateway_field = "provider_name"

    options = PropertiesField(
        label="Options",
        required=False,
        help_text="What the provider is told with each payment, such as ReturnUrl.",
    )
    provider_name = forms.ChoiceField(label="Provider Name", required=False)

    def was_used(self, connector: Connector) -> str:
        if not connector.payments.exists():
            return ""
        return "Payments were made with this provider; create another payment method for the new one."
