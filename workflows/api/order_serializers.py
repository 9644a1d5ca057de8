from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

from rest_framework import serializers

from connectors.contracts.common import Address
from tenants.apikit import OpenJSONField, StrictSerializer
from workflows.api.catalog_serializers import ExternalIdMixin
from workflows.api.fields import AmountField, MomentField, NumberField
from workflows.models import ErrorSeverity, ErrorStatus, Order, OrderError
from workflows.parts import all_parts
from workflows.reading import MAX_ITEMS

_ADDRESS = {"postal_code": 20, "country": 2, "phone": 40, "email": 254}


class AddressSerializer(StrictSerializer):
    """A postal address with its contact."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            item.name: serializers.CharField(
                max_length=_ADDRESS.get(item.name, 200),
                required=False,
                allow_blank=True,
                help_text="ISO 3166, such as NO." if item.name == "country" else "",
            )
            for item in fields_of(Address)
        }


class OrderCustomerSerializer(StrictSerializer):
    """Who ordered. With a number the customer is kept under it; without one it is a guest."""

    number = serializers.CharField(max_length=64, required=False, allow_blank=True)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    first_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    company = serializers.CharField(max_length=200, required=False, allow_blank=True)


class NewLineSerializer(StrictSerializer):
    """A line. What is left out comes from the product; sums are computed, and must agree when they are given."""

    sku = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    quantity = NumberField()
    unit_price = AmountField(required=False, help_text="Tax included.")
    discount = AmountField(required=False, help_text="What is taken off the line, tax included; 0 or more.")
    tax_rate = NumberField(required=False, help_text="In percent.")
    tax = AmountField(required=False, help_text="The tax inside `total`.")
    total = AmountField(required=False, help_text="Quantity times unit price, less the discount.")
    properties = OpenJSONField(required=False)


class NewOrderSerializer(StrictSerializer):
    number = serializers.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z",
        max_length=64,
        required=False,
        help_text="Your number, unique in your tenant. One is generated when it is left out.",
    )
    order_type = serializers.CharField(
        max_length=80, required=False, help_text="Decides the statuses; the default type when left out."
    )
    status = serializers.CharField(
        max_length=80,
        required=False,
        help_text="Where the order begins; the type's first status when left out.",
    )
    market = serializers.CharField(max_length=50, help_text="Code of the market.")
    store = serializers.CharField(max_length=50, required=False, help_text="Code of the store.")
    currency = serializers.CharField(max_length=3, required=False, help_text="Must be the market's.")
    customer = OrderCustomerSerializer(required=False)
    billing = AddressSerializer(required=False, help_text="The shipping address when left out.")
    shipping = AddressSerializer(required=False, help_text="The billing address when left out.")
    lines: Any = serializers.ListSerializer(
        child=NewLineSerializer(), allow_empty=False, max_length=MAX_ITEMS
    )
    shipping_total = AmountField(required=False, help_text="What shipping costs, tax included.")
    shipping_tax_rate = NumberField(required=False, help_text="In percent.")
    discount_total = AmountField(required=False, help_text="Sum of the lines' discounts.")
    tax_total = AmountField(required=False, help_text="Tax of the lines and of shipping.")
    total = AmountField(required=False, help_text="Sum of the lines and shipping.")
    tags = serializers.ListField(child=serializers.CharField(max_length=100), required=False)
    properties = serializers.DictField(child=OpenJSONField(), required=False)
    external_ids = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text="Your systems' ids by system."
    )
    placed_at = MomentField(required=False, help_text="Now when left out.")
    run_workflow = serializers.BooleanField(
        default=True, help_text="Whether the steps of the first status run."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        parts = {
            name: part.serializer(required=False, many=True)
            for name, part in all_parts().items()
            if part.serializer is not None
        }
        return {**super().get_fields(), **parts}


class LineSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = NumberField()
    unit_price = AmountField(currency="order.currency")
    discount = AmountField(currency="order.currency")
    tax_rate = NumberField()
    tax = AmountField(currency="order.currency")
    total = AmountField(currency="order.currency")
    properties = serializers.DictField()


class OrderErrorSerializer(serializers.ModelSerializer):
    """Something on an order that a person should see until it is solved."""

    class Meta:
        model = OrderError
        fields = [
            "id",
            "key",
            "message",
            "details",
            "reference",
            "severity",
            "status",
            "comment",
            "occurred_at",
            "solved_at",
            "solved_by",
        ]


class OrderSerializer(serializers.ModelSerializer):
    market = serializers.CharField(source="market.code")
    store = serializers.CharField(source="store.code", default="")
    customer = OrderCustomerSerializer(source="customer_data")
    billing = AddressSerializer()
    shipping = AddressSerializer()
    lines = LineSerializer(many=True)
    shipping_total = AmountField()
    shipping_tax_rate = NumberField()
    discount_total = AmountField()
    tax_total = AmountField()
    total = AmountField()
    tags = serializers.ListField(child=serializers.CharField())
    properties = serializers.DictField()
    external_ids = serializers.DictField(child=serializers.CharField())
    errors: Any = OrderErrorSerializer(source="active_errors", many=True)

    class Meta:
        model = Order
        fields = [
            "number",
            "order_type",
            "status",
            "version",
            "market",
            "store",
            "currency",
            "customer",
            "billing",
            "shipping",
            "lines",
            "shipping_total",
            "shipping_tax_rate",
            "discount_total",
            "tax_total",
            "total",
            "tags",
            "properties",
            "external_ids",
            "errors",
            "placed_at",
            "completed_at",
            "canceled_at",
            "created_at",
            "modified_at",
        ]


class PlacedOrderSerializer(OrderSerializer):
    run_id = serializers.IntegerField(
        allow_null=True, help_text="The run of the first status; null when no workflow runs."
    )

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "run_id"]


class NewStatusSerializer(StrictSerializer):
    status = serializers.CharField(max_length=80)
    run_workflow = serializers.BooleanField(
        default=True,
        help_text="Whether the status's steps run. A cancellation calls off what waits in any case.",
    )
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version that you read; refused with 409 when the order has changed since.",
    )


class StatusSerializer(serializers.Serializer):
    number = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField()
    run_id = serializers.IntegerField(allow_null=True, help_text="Null when no workflow runs.")
    run_state = serializers.CharField(
        allow_null=True, help_text="How the run stands; null when none runs or `wait` was not given."
    )


class NewOrderErrorSerializer(StrictSerializer):
    key = serializers.CharField(max_length=120, help_text="What it is about; active once on an order.")
    message = serializers.CharField(max_length=2_000)
    details = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    severity = serializers.ChoiceField(ErrorSeverity.choices, default=ErrorSeverity.ERROR)


class SolveSerializer(StrictSerializer):
    comment = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class ErrorQuerySerializer(StrictSerializer):
    status = serializers.ChoiceField(ErrorStatus.choices, required=False)


class OrderQuerySerializer(StrictSerializer, ExternalIdMixin):
    status = serializers.CharField(max_length=80, required=False, help_text="Exact name of the status.")
    order_type = serializers.CharField(max_length=80, required=False)
    market = serializers.CharField(max_length=50, required=False, help_text="Code of the market.")
    number = serializers.CharField(max_length=64, required=False)
    customer = serializers.CharField(max_length=64, required=False, help_text="Number of the customer.")
    store = serializers.CharField(max_length=50, required=False, help_text="Code of the store.")
    has_errors = serializers.BooleanField(
        required=False, help_text="Whether staff should look at the order: it has an active error."
    )
    placed_from = MomentField(required=False, help_text="Placed at this time or later.")
    placed_before = MomentField(required=False, help_text="Placed before this time.")
    modified_since = MomentField(
        required=False,
        help_text=(
            "Orders that changed at this time or later, oldest change first. Ask again from a minute before the "
            "newest change that you saw: a change shows only once it is saved."
        ),
    )
