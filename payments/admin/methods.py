from __future__ import annotations

from django.contrib import admin

from connectors.admin.grid import titled
from connectors.gateways.admin import GatewayAdmin
from payments.forms import PaymentMethodForm
from payments.models import PaymentMethod
from tenants.adminkit import register_page


@admin.register(PaymentMethod)
class PaymentMethodAdmin(GatewayAdmin):
    nothing = "A payment method is what orders are paid with, over a payment provider such as Stripe."
    form = PaymentMethodForm
    list_display = [
        "named",
        "payment_method_name",
        "connector",
        "where",
        "credentials",
        "markets",
        "version",
        "health",
    ]
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

    @admin.display(description="Name", ordering="name")
    def named(self, method: PaymentMethod) -> str:
        return titled(method.connector, method.name)


register_page("Configuration", "Payments", "admin:payments_paymentmethod_changelist", icon="credit_card")
