"""What the checkout reads and answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from payments.api.serializers import LONGEST_TOKEN, MoneyField
from payments.models import PaymentState
from tenants.apikit import OpenJSONField, StrictSerializer
from workflows.api.fields import AmountField
from workflows.api.order_serializers import AddressSerializer, NewLineSerializer
from workflows.reading import MAX_ITEMS


class OptionsQuerySerializer(StrictSerializer):
    market = serializers.CharField(max_length=50, help_text="Code of the market.")


class PaymentOptionSerializer(serializers.Serializer):
    """Texts are empty where the payment method has none."""

    payment_method = serializers.CharField(help_text="Name, by which payments and orders name it.")
    display_name = serializers.CharField(help_text="What shoppers read.")
    provider = serializers.CharField(help_text="The connector's implementation.")
    hosted = serializers.BooleanField(
        help_text="Whether the provider has a page of its own, to which a payment without token sends the shopper."
    )
    description = serializers.CharField()
    logo_url = serializers.CharField()
    terms_url = serializers.CharField()


class PaymentOptionsSerializer(serializers.Serializer):
    market = serializers.CharField()
    currency = serializers.CharField()
    options: Any = PaymentOptionSerializer(many=True)


class NewCheckoutPaymentSerializer(StrictSerializer):
    """Of an order, or of a cart that an order will be made of."""

    order = serializers.CharField(
        max_length=64, required=False, help_text="Number of the order that is paid."
    )
    cart = serializers.CharField(
        max_length=64, required=False, help_text="Your reference of a cart, while there is no order yet."
    )
    market = serializers.CharField(
        max_length=50, required=False, help_text="The cart's; an order has its own."
    )
    payment_method = serializers.CharField(
        max_length=100, help_text="Name of a published payment method that is valid on the market."
    )
    amount = AmountField(help_text="In the market's currency.")
    currency = serializers.CharField(max_length=3, required=False, help_text="Must be the market's.")
    token = serializers.CharField(
        max_length=LONGEST_TOKEN,
        required=False,
        write_only=True,
        help_text=(
            "The shopper's payment method as the provider's client code gave it: the payment is authorised with it. "
            "Without one the shopper is sent to the provider's page."
        ),
    )
    return_url = serializers.URLField(
        max_length=2000, required=False, help_text="Else the payment method's option ReturnUrl."
    )
    cancel_url = serializers.URLField(
        max_length=2000, required=False, help_text="Else the payment method's option CancelUrl."
    )
    language = serializers.CharField(max_length=20, required=False, help_text="Such as nb-NO.")
    billing = AddressSerializer(required=False, help_text="Else the order's.")
    lines: Any = serializers.ListSerializer(
        child=NewLineSerializer(),
        required=False,
        max_length=MAX_ITEMS,
        help_text="What the provider's page shows of a cart; an order has its own.",
    )


class CompletionSerializer(StrictSerializer):
    details: Any = serializers.DictField(
        child=OpenJSONField(),
        required=False,
        help_text=(
            "What the provider gave on the shopper's return, for those that want it handed over, such as Adyen's "
            "redirectResult. Others are asked how the payment stands."
        ),
    )


class CheckoutPaymentSerializer(serializers.Serializer):
    reference = serializers.CharField(
        source="payment.reference",
        help_text="Our id of the payment; the order that is made of the cart names it.",
    )
    order = serializers.SerializerMethodField(help_text="Number of its order; empty while there is none.")
    cart = serializers.CharField()
    payment_method = serializers.CharField(source="payment.method_name")
    state = serializers.ChoiceField(PaymentState.choices, source="payment.state")
    reason = serializers.CharField(source="payment.reason")
    currency = serializers.CharField(source="payment.currency")
    amount = MoneyField(source="payment.amount")
    authorized = MoneyField(source="payment.authorized")
    captured = MoneyField(source="payment.captured")
    redirect_url = serializers.SerializerMethodField(
        help_text="Where to send the shopper; empty once there is nothing left to do there."
    )
    created_at = serializers.DateTimeField()

    def get_order(self, checkout: Any) -> str:
        return checkout.payment.order.number if checkout.payment.order else ""

    def get_redirect_url(self, checkout: Any) -> str:
        return str(checkout.redirect_url) if checkout.payment.state == PaymentState.PENDING else ""
