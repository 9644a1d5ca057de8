"""What the demo's shop ships with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contracts.shipping import DeliveryType
from connectors.models import Connector
from shipping.models import ShipmentOption, ShippingProvider
from tenants.models import Market, Store

_PACKAGE = {"weight": 1800, "length": 450, "width": 300, "height": 180}
_RATES = {"get_price_from_provider": True, "tax_rate": "25", "profit_percent": "5"}


def create(connectors: Mapping[str, Connector]) -> list[ShippingProvider]:
    """Bring has other products inside Norway than across borders, so each set of markets has its own options.

    `connectors` are by their names here.
    """
    ways: Sequence[tuple[str, str, list[str], Sequence[dict[str, Any]]]] = (
        ("bring", "Bring", ["NOR"], _NORWEGIAN),
        ("bring", "Bring Nordic", ["SWE", "DNK"], _NORDIC),
        ("postnord", "PostNord", ["SWE"], _POSTNORD),
        ("gls", "GLS", ["DNK"], _GLS),
        ("unifaun", "nShift Delivery", ["NOR"], _UNIFAUN),
        ("consignor", "nShift Ship", ["NOR"], _CONSIGNOR),
        ("ingrid", "Ingrid", ["NOR"], _INGRID),
    )
    return [
        _provider(connectors[key], name, markets, options)
        for key, name, markets, options in ways
        if key in connectors
    ]


_NORWEGIAN: Sequence[dict[str, Any]] = (
    {
        "name": "Pickup parcel",
        "product": "5800",
        "return_product": "9300",
        "delivery_type": DeliveryType.PICKUP_POINT,
        "get_service_points": True,
        "checkout_codes": ["pickup-point"],
        "services": ["EVARSLING"],
        "prices": [
            {"currency": "NOK", "price": "99.00", "up_to": 5000},
            {"currency": "NOK", "price": "149.00"},
        ],
        "free_from": {"NOK": "1500.00"},
        "is_default": True,
        **_RATES,
    },
    {
        "name": "Home delivery",
        "product": "5600",
        "return_product": "9300",
        "delivery_type": DeliveryType.HOME,
        "checkout_codes": ["home-delivery"],
        "services": ["EVARSLING"],
        "delivery_time": "2-3 working days, between 17 and 21",
        "prices": [{"currency": "NOK", "price": "199.00"}],
        **_RATES,
    },
)
_NORDIC: Sequence[dict[str, Any]] = (
    {
        "name": "Nordic pickup parcel",
        "product": "PICKUP_PARCEL",
        "return_product": "PICKUP_PARCEL_RETURN",
        "delivery_type": DeliveryType.PICKUP_POINT,
        "get_service_points": True,
        "services": ["EVARSLING"],
        "prices": [{"currency": "SEK", "price": "129.00"}, {"currency": "DKK", "price": "89.00"}],
        "is_default": True,
        "tax_rate": "25",
    },
)


_POSTNORD: Sequence[dict[str, Any]] = (
    {
        "name": "Service point",
        "product": "19",
        "return_product": "24",
        "delivery_type": DeliveryType.PICKUP_POINT,
        "get_service_points": True,
        "get_price_from_provider": True,
        "prices": [{"currency": "SEK", "price": "59.00"}],
        "tax_rate": "25",
    },
)
_GLS: Sequence[dict[str, Any]] = (
    {
        "name": "Parcel shop",
        "product": "PARCEL",
        "return_product": "PARCEL",
        "services": ["FlexDelivery"],
        "delivery_type": DeliveryType.PICKUP_POINT,
        "get_service_points": True,
        "get_price_from_provider": True,
        "prices": [{"currency": "DKK", "price": "49.00"}],
        "tax_rate": "25",
    },
)
_UNIFAUN: Sequence[dict[str, Any]] = (
    {
        "name": "nShift Delivery",
        "product": "P19",
        "return_product": "P24",
        "get_service_points": True,
        "get_price_from_provider": True,
        "prices": [{"currency": "NOK", "price": "79.00"}],
        "tax_rate": "25",
    },
)
_CONSIGNOR: Sequence[dict[str, Any]] = (
    {
        "name": "nShift Ship",
        "product": "1032",
        "return_product": "1199",
        "get_service_points": True,
        "prices": [{"currency": "NOK", "price": "79.00"}],
        "tax_rate": "25",
    },
)
_INGRID: Sequence[dict[str, Any]] = (
    {
        "name": "Delivery checkout",
        "product": "checkout",
        "prices": [{"currency": "NOK", "price": "99.00"}],
        "tax_rate": "25",
    },
)


def _provider(
    connector: Connector, name: str, markets: Sequence[str], options: Sequence[dict[str, Any]]
) -> ShippingProvider:
    provider = ShippingProvider.objects.create(name=name, connector=connector)
    provider.valid_on_markets.set(Market.objects.filter(code__in=markets))
    warehouse = Store.objects.get()
    for position, option in enumerate(options, start=1):
        ShipmentOption.objects.create(
            provider=provider,
            position=position,
            store=warehouse,
            **_PACKAGE,
            **option,
        )
    return provider
