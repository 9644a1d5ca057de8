from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from connectors.admin.grid import titled
from connectors.gateways.admin import GatewayAdmin
from shipping.forms import ShipmentOptionForm, ShippingAccountForm, ShippingProviderForm
from shipping.models import ShipmentOption, ShippingAccount, ShippingProvider
from tenants.adminkit import StackedInline, TabularInline, register_page


class ShipmentOptionInline(StackedInline):
    model = ShipmentOption
    form = ShipmentOptionForm
    tab = True
    verbose_name_plural = "Shipment Options"
    ordering = ["position", "name"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "label"),
                    ("product", "return_product"),
                    "services",
                    ("delivery_type", "delivery_time"),
                    "description",
                    ("is_default", "hide_from_api"),
                    ("service_point_required", "get_service_points"),
                    ("store", "position"),
                ]
            },
        ),
        (
            "Price",
            {
                "fields": [
                    ("prices", "free_from"),
                    ("get_price_from_provider", "add_tax_on_provider_price"),
                    ("tax_rate", "profit_percent"),
                    ("price_connector", "price_product"),
                    "checkout_codes",
                ]
            },
        ),
        ("Package and label", {"fields": [("weight", "length"), ("width", "height"), "label_format"]}),
    ]


class ShippingAccountInline(TabularInline):
    """AuthSettings."""

    model = ShippingAccount
    form = ShippingAccountForm
    tab = True
    verbose_name_plural = "Auth Settings"
    fields = ["market", "store", "connector"]
    ordering = ["pk"]


@admin.register(ShippingProvider)
class ShippingProviderAdmin(GatewayAdmin):
    nothing = "A shipping provider holds the options that a carrier such as Bring ships with."
    form = ShippingProviderForm
    inlines = [ShipmentOptionInline, ShippingAccountInline]
    ordering = ["name"]
    list_display = [
        "named",
        "options",
        "connector",
        "where",
        "credentials",
        "markets",
        "version",
        "health",
    ]
    search_fields = ["name", "shipment_options__name"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "connector",
                    *ShippingProviderForm.settings_fields(),
                    "valid_on_markets",
                    "properties",
                    "comment",
                    "seen",
                ]
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = (
            super()
            .get_queryset(request)
            .prefetch_related("shipment_options__store", "accounts__market", "accounts__store")
        )
        return rows.annotate(option_count=Count("shipment_options", distinct=True))

    @admin.display(description="Name", ordering="name")
    def named(self, provider: ShippingProvider) -> str:
        return titled(provider.connector, provider.name)

    @admin.display(description="Shipment Options")
    def options(self, provider: Any) -> int:
        return int(provider.option_count)


register_page(
    "Configuration", "Shipping", "admin:shipping_shippingprovider_changelist", icon="local_shipping"
)
