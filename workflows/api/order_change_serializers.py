"""What is sent to change orders, and to place many at once."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tenants.apikit import OpenJSONField, StrictSerializer
from tenants.apikit.bulk import RowResultSerializer
from tenants.apikit.parsing import ITEMS
from workflows.api.order_serializers import AddressSerializer, NewOrderSerializer, OrderCustomerSerializer

#: Orders in one call: each is saved by itself, and the caller waits for all.
MOST_ORDERS = 200


class _Nullable:
    """Mixin: null takes a name away."""

    def get_fields(self) -> dict[str, serializers.Field]:
        found: dict[str, serializers.Field] = super().get_fields()  # type: ignore[misc]
        for field in found.values():
            field.allow_null = True
        return found


class AddressChangeSerializer(_Nullable, AddressSerializer):
    """What changes of an address; null takes a field away."""


class CustomerOfOrderChangeSerializer(_Nullable, OrderCustomerSerializer):
    """What changes of who ordered; null takes a field away. The number stays."""

    def get_fields(self) -> dict[str, serializers.Field]:
        found = super().get_fields()
        del found["number"]
        return found


class OrderChangeSerializer(StrictSerializer):
    """What is left out stays as it is. Objects are merged by name and null takes a name away; tags are replaced."""

    tags = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=ITEMS
    )
    properties = serializers.DictField(child=OpenJSONField(allow_null=True), required=False)
    external_ids = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_null=True), required=False
    )
    customer = CustomerOfOrderChangeSerializer(required=False)
    billing = AddressChangeSerializer(required=False)
    shipping = AddressChangeSerializer(required=False)
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version that you read, as If-Match; refused with 409 when the order has changed since.",
    )


class TagsSerializer(StrictSerializer):
    add = serializers.ListField(child=serializers.CharField(max_length=100), default=list, max_length=ITEMS)
    remove = serializers.ListField(
        child=serializers.CharField(max_length=100), default=list, max_length=ITEMS
    )


class OrderRowSerializer(NewOrderSerializer):
    """A new order. Its number is needed, so that a call that is sent again places nothing twice."""

    def get_fields(self) -> dict[str, serializers.Field]:
        found = super().get_fields()
        found["number"].required = True
        return found


class BulkOrdersSerializer(serializers.Serializer):
    items: Any = serializers.ListSerializer(
        child=OrderRowSerializer(), max_length=MOST_ORDERS, allow_empty=False
    )


class OrderResultSerializer(RowResultSerializer):
    number = serializers.CharField(allow_null=True, help_text="The order's number; null when it failed.")
    run_id = serializers.IntegerField(
        allow_null=True, help_text="The run of its first status; null when no workflow runs."
    )


class BulkOrdersResultSerializer(serializers.Serializer):
    saved = serializers.IntegerField()
    failed = serializers.IntegerField()
    results = OrderResultSerializer(many=True, help_text="One for each order, as sent.")
