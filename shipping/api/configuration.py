"""Shipping providers with their options and accounts as documents."""

from __future__ import annotations

from connectors.api.configuration import ConfigurationApi, TestableMixin
from connectors.api.configuration_descriptions import described, tested
from connectors.api.configuration_serializers import DraftSerializer
from shipping.as_code import ShippingProviderShape
from shipping.models import ShippingProvider

EXAMPLE = {
    "name": "Bring",
    "connector": "bring",
    "valid_on_markets": ["NOR"],
    "shipment_options": [
        {
            "name": "Pickup parcel",
            "product": "5800",
            "delivery_type": "pickup_point",
            "prices": [{"currency": "NOK", "price": "99.00"}],
            "tax_rate": "25.00",
            "weight": 1800,
        }
    ],
}


class ShippingProviderDraftSerializer(DraftSerializer):
    document = ShippingProviderShape()


@described("shipping provider", ShippingProviderShape, ShippingProviderDraftSerializer, EXAMPLE)
@tested("shipping provider")
class ShippingProviderConfiguration(TestableMixin, ConfigurationApi):
    section_name = "shipping_providers"
    queryset = ShippingProvider.objects.none()
    serializer_class = ShippingProviderDraftSerializer
