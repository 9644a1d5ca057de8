from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from tenants.apikit import OpenJSONField, StrictSerializer
from tenants.apikit.parsing import ITEMS
from tenants.models import Market
from tenants.money import Money, MoneyError
from workflows.api.fields import AmountField, MomentField, NumberField
from workflows.models import Customer, InventoryLevel, Product

SINCE = "Those that changed at this time or later, oldest change first."


def _external_ids(**options: Any) -> serializers.DictField:
    return serializers.DictField(
        child=serializers.CharField(max_length=200), help_text="Your systems' ids by system.", **options
    )


class CustomerSerializer(StrictSerializer, serializers.ModelSerializer):
    external_ids = _external_ids(required=False)
    properties = serializers.DictField(child=OpenJSONField(), required=False)

    class Meta:
        model = Customer
        fields = [
            "number",
            "email",
            "phone",
            "first_name",
            "last_name",
            "company",
            "external_ids",
            "properties",
            "created_at",
            "modified_at",
        ]
        read_only_fields = ["created_at", "modified_at"]


class ProductSerializer(StrictSerializer, serializers.ModelSerializer):
    price = AmountField(required=False, allow_null=True, help_text="Per unit, tax included.")
    currency = serializers.CharField(
        max_length=3, required=False, allow_blank=True, help_text="With a price."
    )
    tax_rate = NumberField(required=False, help_text="In percent.")
    external_ids = _external_ids(required=False)
    properties = serializers.DictField(
        child=OpenJSONField(),
        required=False,
        help_text="Names of your own, and these that imports, exports and feeds know: Description, Brand, Gtin, Category, "
        "Parent (groups variants), Options, WeightGrams, Url, Images (a list, the main one first), PriceBefore, Prices (of "
        "further lists and markets) and PrimaryStore.",
    )

    class Meta:
        model = Product
        fields = [
            "sku",
            "name",
            "unit",
            "price",
            "currency",
            "tax_rate",
            "is_active",
            "external_ids",
            "properties",
            "created_at",
            "modified_at",
        ]
        read_only_fields = ["created_at", "modified_at"]

    def validate_tax_rate(self, value: str | int) -> Decimal:
        if Decimal(value) >= 1_000:
            raise serializers.ValidationError("This is too high; send percent, such as 25.")
        return Decimal(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("price") is None:
            return attrs
        if not attrs.get("currency"):
            raise serializers.ValidationError(
                {"currency": "This is missing; send the currency of the price."}
            )
        try:
            price = Money.of(attrs["price"], attrs["currency"])
        except MoneyError as error:
            raise serializers.ValidationError({"price": str(error)}) from None
        return {**attrs, "price": price.amount, "currency": price.currency}


class ProductRowSerializer(ProductSerializer):
    """A product to create or to change; what is left out stays as it is. A new one needs a name."""

    class Meta(ProductSerializer.Meta):
        extra_kwargs = {"name": {"required": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Price and currency are judged together with what is saved."""
        return attrs


class ProductChangeSerializer(ProductRowSerializer):
    """What changes of a product. `external_ids` and `properties` are replaced as a whole."""

    class Meta(ProductRowSerializer.Meta):
        fields = [name for name in ProductSerializer.Meta.fields if name != "sku"]


class CustomerRowSerializer(CustomerSerializer):
    """A customer to create or to change; what is left out stays as it is."""


class CustomerChangeSerializer(CustomerSerializer):
    """What changes of a customer. `external_ids` and `properties` are replaced as a whole."""

    class Meta(CustomerSerializer.Meta):
        fields = [name for name in CustomerSerializer.Meta.fields if name != "number"]


class BulkCustomersSerializer(serializers.Serializer):
    items: Any = serializers.ListSerializer(
        child=CustomerRowSerializer(), max_length=ITEMS, allow_empty=False
    )


class BulkProductsSerializer(serializers.Serializer):
    items: Any = serializers.ListSerializer(child=ProductRowSerializer(), max_length=ITEMS, allow_empty=False)


class InventorySerializer(serializers.ModelSerializer):
    sku = serializers.CharField(source="product.sku")
    store = serializers.CharField(source="store.code")
    on_hand = serializers.DecimalField(max_digits=12, decimal_places=3)
    reserved = serializers.DecimalField(max_digits=12, decimal_places=3, help_text="Promised to orders.")
    available = serializers.DecimalField(max_digits=12, decimal_places=3, help_text="On hand, less reserved.")

    class Meta:
        model = InventoryLevel
        fields = ["sku", "store", "on_hand", "reserved", "available", "modified_at"]


class NewInventorySerializer(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    store = serializers.CharField(max_length=50, help_text="Code of the store or warehouse.")
    on_hand = NumberField(help_text="What is there now, not a difference.")


class BulkInventorySerializer(serializers.Serializer):
    items: Any = serializers.ListSerializer(
        child=NewInventorySerializer(), max_length=ITEMS, allow_empty=False
    )


class MarketSerializer(serializers.ModelSerializer):
    groups: Any = serializers.SlugRelatedField("code", many=True, read_only=True)

    class Meta:
        model = Market
        fields = ["code", "name", "currency", "country", "language", "time_zone", "groups", "is_active"]


class ExternalIdMixin(serializers.Serializer):
    external_id = serializers.CharField(
        max_length=301, required=False, help_text="System and id, such as `erp:SO-9`."
    )

    def validate_external_id(self, value: str) -> dict[str, str]:
        system, colon, given = value.partition(":")
        if not (system and colon and given):
            raise serializers.ValidationError(
                "This names no system; send system and id with a colon, such as erp:SO-9."
            )
        return {system: given}


class CustomerQuerySerializer(StrictSerializer, ExternalIdMixin):
    number = serializers.CharField(max_length=64, required=False)
    email = serializers.CharField(max_length=254, required=False, help_text="In any case.")
    modified_since = MomentField(required=False, help_text=SINCE)


class ProductQuerySerializer(StrictSerializer, ExternalIdMixin):
    sku = serializers.CharField(max_length=64, required=False)
    is_active = serializers.BooleanField(required=False)
    modified_since = MomentField(required=False, help_text=SINCE)


class InventoryQuerySerializer(StrictSerializer):
    sku = serializers.CharField(max_length=64, required=False)
    store = serializers.CharField(max_length=50, required=False, help_text="Code of the store.")
    modified_since = MomentField(required=False, help_text=SINCE)
