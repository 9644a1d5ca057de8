from __future__ import annotations

from typing import Any

from rest_framework import serializers

from payments.models import EntryKind, PaymentState, Standing
from tenants.apikit import StrictSerializer
from workflows.api.catalog_serializers import SINCE
from workflows.api.fields import AmountField, MomentField

#: Client code that encrypts each field of a card by itself, as Adyen's does, gives several thousand characters.
LONGEST_TOKEN = 20_000


class MoneyField(AmountField):
    """Reads an attribute that is Money already."""

    def get_attribute(self, instance: Any) -> Any:
        return serializers.Field.get_attribute(self, instance)


class NewPaymentSerializer(StrictSerializer):
    """A payment of a new order. Payments are authorised and captured in the order given."""

    payment_method = serializers.CharField(
        max_length=100, help_text="Name of a published payment method that is valid on the market."
    )
    amount = AmountField(
        help_text="In the order's currency; all payments together at most the order's total."
    )
    token = serializers.CharField(
        max_length=LONGEST_TOKEN,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="The shopper's payment method as the provider's own client code gave it, such as pm_1Nv0.",
    )

    reference = serializers.CharField(
        max_length=32,
        required=False,
        allow_blank=True,
        help_text="Of a payment begun at checkout for the cart that becomes this order; the order takes it over.",
    )


class PaymentEntrySerializer(serializers.Serializer):
    """One fact of a payment's ledger. Either amount may be null: providers tell of one operation, or of totals."""

    kind = serializers.ChoiceField(EntryKind.choices)
    standing = serializers.ChoiceField(Standing.choices)
    amount = MoneyField(allow_null=True)
    total = MoneyField(allow_null=True)
    reference = serializers.CharField(help_text="The provider's id of this operation.")
    reason = serializers.CharField()
    source = serializers.CharField(help_text="What told it: a step or a webhook.")  # type: ignore[assignment]
    occurred_at = serializers.DateTimeField()


class PaymentSerializer(serializers.Serializer):
    payment_method = serializers.CharField(source="method_name")
    provider = serializers.CharField(source="connector.type", help_text="The connector's implementation.")
    reference = serializers.CharField(help_text="Our id of the payment, which the provider has too.")
    provider_id = serializers.CharField(help_text="The provider's id; empty before it answered.")
    state = serializers.ChoiceField(PaymentState.choices)
    raw_state = serializers.CharField(help_text="The provider's own word for the state.")
    reason = serializers.CharField(help_text="Why it was declined, cancelled or is unknown.")
    currency = serializers.CharField()
    amount = MoneyField()
    authorized = MoneyField()
    captured = MoneyField()
    refunded = MoneyField()
    cancelled = MoneyField(help_text="Released without having been captured.")
    entries = PaymentEntrySerializer(many=True)
    created_at = serializers.DateTimeField()
    modified_at = serializers.DateTimeField()


class ListedPaymentSerializer(PaymentSerializer):
    """A payment with the number of its order, or with null while it is one of a cart."""

    order = serializers.CharField(source="order.number", default=None, allow_null=True)


class PaymentQuerySerializer(StrictSerializer):
    order = serializers.CharField(max_length=64, required=False, help_text="The order's number.")
    payment_method = serializers.CharField(max_length=100, required=False, help_text="Its name.")
    provider = serializers.CharField(max_length=100, required=False, help_text="Such as stripe.")
    provider_id = serializers.CharField(
        max_length=255, trim_whitespace=False, required=False, help_text="The provider's id."
    )
    state = serializers.ChoiceField(PaymentState.choices, required=False)
    modified_since = MomentField(required=False, help_text=SINCE)
