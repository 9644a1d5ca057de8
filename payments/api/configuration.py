"""Payment methods as documents."""

from __future__ import annotations

from connectors.api.configuration import ConfigurationApi, TestableMixin
from connectors.api.configuration_descriptions import described, tested
from connectors.api.configuration_serializers import DraftSerializer
from payments.as_code import PaymentMethodShape
from payments.models import PaymentMethod

EXAMPLE = {
    "name": "Card",
    "connector": "Stripe-NO",
    "valid_on_markets": ["NOR"],
    "options": {"ReturnUrl": "https://shop.example/thanks"},
}


class PaymentMethodDraftSerializer(DraftSerializer):
    document = PaymentMethodShape()


@described("payment method", PaymentMethodShape, PaymentMethodDraftSerializer, EXAMPLE)
@tested("payment method")
class PaymentMethodConfiguration(TestableMixin, ConfigurationApi):
    section_name = "payment_methods"
    queryset = PaymentMethod.objects.none()
    serializer_class = PaymentMethodDraftSerializer
