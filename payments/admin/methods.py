from __future__ import annotations

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from connectors.admin.grid import titled
from connectors.gateways.admin import GatewayAdmin
from payments.forms import PaymentMethodForm
from payments.models import PaymentMethod
from tenants.adminkit import action, register_page


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
    actions_detail = ["test_connection", "going_live", "webhook_page", "versions"]
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

    @action(description="Webhook", url_path="webhook", permissions=["change"], icon="webhook")
    def webhook_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """That of the connector, which has the address."""
        method = self.get_object(request, object_id)
        if method is None:
            raise Http404
        return redirect("admin:connectors_connector_webhook_page", method.connector_id)

    @admin.display(description="Name", ordering="name")
    def named(self, method: PaymentMethod) -> str:
        return titled(method.connector, method.name)


register_page("Configuration", "Payments", "admin:payments_paymentmethod_changelist", icon="credit_card")
