from __future__ import annotations

from django.contrib import admin

from connectors.gateways.admin import GatewayAdmin
from connectors.validation import label_of_type
from payments.forms import PaymentMethodForm
from payments.models import PaymentMethod
from tenants.adminkit import register_page


@admin.register(PaymentMethod)
class PaymentMethodAdmin(GatewayAdmin):
    nothing = "A payment method is what orders are paid with, over a payment provider such as Stripe."
    form = PaymentMethodForm
    list_display = ["name", "payment_method_name", "provider", "connector", "markets", "version"]
    search_fields = ["name", "payment_method_name"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "payment_method_name",
                    "connector",
                    *PaymentMethodForm.settings_fields(),
                    "valid_on_markets",
                    "options",
                    "comment",
                    "seen",
                ]
            },
        )
    ]

    @admin.display(description="Provider Name", ordering="connector__type")
    def provider(self, method: PaymentMethod) -> str:
        return label_of_type(method.connector)


register_page("Configuration", "Payments", "admin:payments_paymentmethod_changelist", icon="credit_card")
