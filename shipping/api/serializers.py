from __future__ import annotations

from rest_framework import serializers

from shipping.models import HEAVIEST, LONGEST, ShipmentState
from shipping.models.shipment import TRACKING_STATES
from tenants.apikit import StrictSerializer
from workflows.api.catalog_serializers import SINCE
from workflows.api.fields import MomentField


class NewPackageSerializer(StrictSerializer):
    """A parcel of a new order, in grams and millimetres."""

    weight = serializers.IntegerField(min_value=1, max_value=HEAVIEST, help_text="Grams.")
    length = serializers.IntegerField(
        min_value=0, max_value=LONGEST, required=False, help_text="Millimetres."
    )
    width = serializers.IntegerField(min_value=0, max_value=LONGEST, required=False, help_text="Millimetres.")
    height = serializers.IntegerField(
        min_value=0, max_value=LONGEST, required=False, help_text="Millimetres."
    )


class NewShipmentSerializer(StrictSerializer):
    """A shipment of a new order. It is booked by the step CompleteShipment."""

    shipping_option = serializers.CharField(
        max_length=100, help_text="Name of a published shipping option that serves the market."
    )
    pickup_point = serializers.CharField(
        max_length=100, required=False, allow_blank=True, help_text="The carrier's id of the service point."
    )
    session = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="The delivery checkout that the shopper chose in; the step ConfirmDeliveryChoice completes it.",
    )
    packages = NewPackageSerializer(
        many=True, required=False, help_text="The option's default package when left out."
    )
    store = serializers.CharField(
        max_length=50,
        required=False,
        allow_blank=True,
        help_text="Code of the store or warehouse that sends; else the option's default, else the order's.",
    )


class PackageSerializer(serializers.Serializer):
    """A parcel, in grams and millimetres; 0 for not measured."""

    reference = serializers.CharField(help_text="Its name in the booking.")
    number = serializers.CharField(help_text="The carrier's number; empty before it is booked.")
    weight = serializers.IntegerField()
    length = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class TrackingEventSerializer(serializers.Serializer):
    """One scan of the carrier."""

    parcel = serializers.CharField(help_text="The parcel's number; empty for all parcels.")
    tracking_state = serializers.ChoiceField(TRACKING_STATES, source="state")
    raw_state = serializers.CharField(help_text="The carrier's own word for the state.")
    description = serializers.CharField()
    place = serializers.CharField()
    occurred_at = serializers.DateTimeField()


class ShipmentSerializer(serializers.Serializer):
    reference = serializers.CharField(help_text="Our id of the shipment, which the carrier has too.")
    shipping_option = serializers.CharField(source="option_name")
    carrier = serializers.CharField()
    product = serializers.CharField(help_text="The carrier's code of the product.")
    pickup_point = serializers.CharField()
    store = serializers.CharField(source="store.code", default="", help_text="Who sends; empty for none.")
    account = serializers.CharField(help_text="For which store or market it has an account of its own.")
    is_return = serializers.BooleanField()
    return_of = serializers.CharField(
        source="return_of.reference",
        default=None,
        allow_null=True,
        help_text="Our reference of what comes back.",
    )
    state = serializers.ChoiceField(ShipmentState.choices)
    reason = serializers.CharField(help_text="Why it is not booked.")
    consignment = serializers.CharField(help_text="The carrier's number; empty before it is booked.")
    tracking_number = serializers.CharField()
    tracking_url = serializers.CharField()
    tracking_state = serializers.ChoiceField(TRACKING_STATES, allow_blank=True)
    has_label = serializers.BooleanField(help_text="Whether a label is stored.")
    expected_delivery = serializers.DateTimeField(allow_null=True)
    packages = PackageSerializer(many=True)
    tracking = TrackingEventSerializer(many=True)
    created_at = serializers.DateTimeField()
    modified_at = serializers.DateTimeField()


class ListedShipmentSerializer(ShipmentSerializer):
    """A shipment with the number of its order."""

    order = serializers.CharField(source="order.number")


class ShipmentQuerySerializer(StrictSerializer):
    order = serializers.CharField(max_length=64, required=False, help_text="The order's number.")
    state = serializers.ChoiceField(ShipmentState.choices, required=False)
    tracking_state = serializers.ChoiceField(TRACKING_STATES, required=False)
    shipping_option = serializers.CharField(max_length=100, required=False, help_text="Its name.")
    store = serializers.CharField(max_length=50, required=False, help_text="Code of the store that sends.")
    modified_since = MomentField(required=False, help_text=SINCE)
