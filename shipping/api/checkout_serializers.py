from __future__ import annotations

from typing import Any

from rest_framework import serializers

from shipping.api.serializers import NewPackageSerializer
from shipping.checkout.asking import Source
from shipping.checkout.offering import CONFIGURED
from shipping.models.provider import DELIVERY_TYPES
from tenants.apikit import StrictSerializer
from workflows.api.fields import AmountField
from workflows.api.order_serializers import AddressSerializer, OrderCustomerSerializer

_SOURCES = [*(item.value for item in Source), CONFIGURED]
_MOST_LINES, _MOST_PACKAGES, _MOST_POINTS = 500, 99, 30


class CartLineSerializer(StrictSerializer):
    """A line of the cart; weight and sides of one piece, in grams and millimetres."""

    sku = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=500, required=False, default="")
    quantity = serializers.IntegerField(min_value=1, max_value=100_000)
    unit_price = AmountField(help_text="Tax included.")
    discount = AmountField(required=False, help_text="Taken off the whole line.")
    weight = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False, default=0)
    length = serializers.IntegerField(min_value=0, max_value=100_000, required=False, default=0)
    width = serializers.IntegerField(min_value=0, max_value=100_000, required=False, default=0)
    height = serializers.IntegerField(min_value=0, max_value=100_000, required=False, default=0)


class CartSerializer(StrictSerializer):
    """The cart as it is now. Its total decides about free shipping."""

    id = serializers.CharField(max_length=100)
    total = AmountField(help_text="Tax included, after discounts, without shipping.")
    discount = AmountField(required=False)
    lines: Any = serializers.ListSerializer(
        child=CartLineSerializer(), required=False, max_length=_MOST_LINES
    )


class ShippingQuestionSerializer(StrictSerializer):
    """What is to be sent where."""

    market = serializers.CharField(max_length=50, help_text="Code of the market.")
    currency = serializers.CharField(max_length=3, required=False, help_text="The market's when left out.")
    language = serializers.CharField(max_length=6, required=False, help_text="The market's when left out.")
    store = serializers.CharField(
        max_length=50, required=False, help_text="Code of the store or warehouse that sends."
    )
    recipient = AddressSerializer(help_text="Country and postal code are enough for most carriers.")
    packages: Any = serializers.ListSerializer(
        child=NewPackageSerializer(),
        required=False,
        max_length=_MOST_PACKAGES,
        help_text="Each option's default package when left out.",
    )
    cart = CartSerializer(required=False)
    customer = OrderCustomerSerializer(required=False)
    shipping_options = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=100,
        help_text="All when left out.",
    )
    sessions = serializers.DictField(
        child=serializers.CharField(max_length=255),
        required=False,
        help_text="Delivery checkouts that go on: session id by shipping option.",
    )
    pickup_points = serializers.IntegerField(
        min_value=1,
        max_value=_MOST_POINTS,
        required=False,
        default=5,
        help_text="How many of an option at most.",
    )


class PointQuestionSerializer(StrictSerializer):
    """Where pickup points are looked for."""

    shipping_option = serializers.CharField(max_length=100)
    market = serializers.CharField(max_length=50, help_text="Code of the market.")
    language = serializers.CharField(max_length=6, required=False)
    store = serializers.CharField(max_length=50, required=False)
    recipient = AddressSerializer()
    limit = serializers.IntegerField(min_value=1, max_value=_MOST_POINTS, required=False, default=10)


class PointAddressSerializer(serializers.Serializer):
    line1 = serializers.CharField()
    line2 = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()


class PickupPointSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Send it as the shipment's pickup_point with the order.")
    name = serializers.CharField()
    type = serializers.CharField()
    address = PointAddressSerializer()
    opening_hours = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    distance = serializers.IntegerField(allow_null=True, help_text="Metres.")


class SessionSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Send it as the shipment's session with the order.")
    widget = serializers.CharField(help_text="The vendor's HTML for the page of the checkout.")
    chosen = serializers.CharField(help_text="What is chosen so far.")
    expires_at = serializers.DateTimeField(allow_null=True)


class OfferedSerializer(serializers.Serializer):
    shipping_option = serializers.CharField(source="offer.option.name")
    label: Any = serializers.CharField(source="offer.option.label", help_text="What shoppers read.")
    provider = serializers.CharField(source="offer.provider.name")
    description = serializers.CharField()
    carrier = serializers.CharField(help_text="Who drives, where the provider stands for several.")
    delivery_type = serializers.ChoiceField(DELIVERY_TYPES, allow_blank=True)
    source: Any = serializers.ChoiceField(
        _SOURCES, help_text="Whether the carrier answered now, lately, or not; configured asks nobody."
    )
    age = serializers.IntegerField(help_text="Seconds since a cached answer was given.")
    reason = serializers.CharField(help_text="Why the carrier's answer is not live; for staff.")
    available = serializers.BooleanField(
        help_text="False when no price is known; a delivery checkout tells it once something is chosen."
    )
    price = AmountField(
        source="price.amount",
        currency="price.currency",
        default=None,
        allow_null=True,
        help_text="Tax included.",
    )
    currency = serializers.CharField(source="price.currency", default="")
    tax = AmountField(
        source="tax.amount",
        currency="tax.currency",
        default=None,
        allow_null=True,
        help_text="How much of the price is tax.",
    )
    tax_rate = serializers.DecimalField(max_digits=6, decimal_places=2, help_text="Percent.")
    is_free = serializers.BooleanField(help_text="Because the cart is worth enough.")
    delivery = serializers.DateField(allow_null=True, help_text="The day that the carrier expects.")
    delivery_time = serializers.CharField(source="offer.option.delivery_time")
    working_days = serializers.IntegerField(allow_null=True)
    is_default = serializers.BooleanField(source="offer.option.is_default")
    service_point_required = serializers.BooleanField(source="offer.option.service_point_required")
    pickup_points = PickupPointSerializer(many=True)
    pickup_points_source = serializers.CharField(help_text="As source; empty where none were asked for.")
    session = SessionSerializer(allow_null=True)


class ShippingOptionsSerializer(serializers.Serializer):
    options = OfferedSerializer(many=True)


class PointsSerializer(serializers.Serializer):
    source: Any = serializers.ChoiceField(
        list(Source), help_text="Whether the carrier answered now, lately, or not."
    )
    age = serializers.IntegerField(help_text="Seconds since a cached answer was given.")
    reason = serializers.CharField()
    pickup_points = PickupPointSerializer(source="points", many=True)
