"""Order types with their statuses and steps as documents, and which connector a step gets."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from connectors.api.configuration import ConfigurationApi
from connectors.api.configuration_descriptions import READ, TAG, described
from connectors.api.configuration_serializers import DraftSerializer
from workflows.api.openapi import describe
from workflows.api.resolution import QuestionSerializer, ResolutionSerializer, ResolutionViewSet
from workflows.as_code import OrderTypeShape
from workflows.models import OrderType

EXAMPLE = {
    "name": "Online",
    "is_default": True,
    "statuses": [
        {
            "name": "New",
            "allowed_next": ["Ship"],
            "steps": [{"name": "AuthorizePayment", "stop_on_error": True}],
        },
        {"name": "Ship", "is_completed": True, "steps": [{"name": "CapturePayments"}]},
    ],
}


class OrderTypeDraftSerializer(DraftSerializer):
    document = OrderTypeShape()


@described("order type", OrderTypeShape, OrderTypeDraftSerializer, EXAMPLE)
class OrderTypeConfiguration(ConfigurationApi):
    section_name = "order_types"
    queryset = OrderType.objects.none()
    serializer_class = OrderTypeDraftSerializer


@extend_schema_view(
    list=describe(
        "Explain which connector is chosen",
        tag=TAG,
        description="As /resolution/, for keys that see the configuration and no orders of it.",
        parameters=(QuestionSerializer,),
        answers={200: ResolutionSerializer},
        problems=(400,),
    )
)
class ConfigResolutionViewSet(ResolutionViewSet):
    scopes = {"list": READ}
