"""Inbound deliveries: goods that are on their way to a warehouse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import StrictSerializer, read, show
from tenants.apikit.describing import path
from tenants.personal import shown
from workflows.api.catalog_serializers import SINCE
from workflows.api.fields import MomentField, NumberField
from workflows.api.listing import CatalogApi, creates, described
from workflows.inbound.placing import create_delivery
from workflows.models import InboundDelivery, InboundLine, InboundState

TAG = "Inbound deliveries"
MOST_LINES = 1_000
_NUMBER = path("number", "The delivery's number.")
_EXAMPLE = {
    "number": "PO-501",
    "supplier": "Ullvarefabrikken",
    "expected_on": "2026-12-01",
    "store": "OSL",
    "lines": [{"sku": "TENT-2", "quantity": "40"}],
}


class InboundLineSerializer(serializers.ModelSerializer):
    sku = serializers.CharField(source="product.sku")
    quantity = NumberField(help_text="How many were announced.")
    received = NumberField(help_text="How many have come.")

    class Meta:
        model = InboundLine
        fields = ["number", "sku", "quantity", "received"]


class InboundDeliverySerializer(serializers.ModelSerializer):
    """`warehouse_word` is the warehouse's own state, `problem` why it refused the announcement."""

    store = serializers.CharField(source="store.code")
    state = serializers.ChoiceField(choices=InboundState.choices)
    problem = serializers.SerializerMethodField()
    external_ids = serializers.DictField(child=serializers.CharField())
    lines = InboundLineSerializer(many=True)

    class Meta:
        model = InboundDelivery
        fields = [
            "number",
            "supplier",
            "expected_on",
            "store",
            "state",
            "warehouse_word",
            "problem",
            "external_ids",
            "lines",
            "created_at",
            "announced_at",
            "received_at",
            "modified_at",
        ]

    def get_problem(self, delivery: InboundDelivery) -> str:
        return str(shown(delivery.problem))


class NewInboundLineSerializer(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = NumberField(help_text="How many are on their way.")

    def validate_quantity(self, value: str | int) -> Decimal:
        return Decimal(value)


class NewInboundDeliverySerializer(StrictSerializer):
    number = serializers.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z",
        max_length=64,
        help_text="Yours, such as that of the purchase order; the warehouse knows the delivery by it.",
    )
    store = serializers.CharField(max_length=50, help_text="Code of the store or warehouse that it goes to.")
    supplier = serializers.CharField(max_length=200, required=False, allow_blank=True)
    expected_on = serializers.DateField(required=False, allow_null=True)
    lines: Any = serializers.ListSerializer(
        child=NewInboundLineSerializer(), max_length=MOST_LINES, allow_empty=False
    )


class InboundQuerySerializer(StrictSerializer):
    number = serializers.CharField(max_length=64, required=False)
    store = serializers.CharField(max_length=50, required=False, help_text="Code of the store.")
    state = serializers.ChoiceField(choices=InboundState.choices, required=False)
    modified_since = MomentField(required=False, help_text=SINCE)


@extend_schema_view(
    **described(TAG, (InboundQuerySerializer,), InboundDeliverySerializer, _NUMBER, "delivery"),
    create=creates("delivery", TAG, NewInboundDeliverySerializer, _EXAMPLE, InboundDeliverySerializer),
)
class InboundDeliveryViewSet(CatalogApi):
    queryset = InboundDelivery.objects.none()
    serializer_class = InboundDeliverySerializer
    query_serializer = InboundQuerySerializer
    lookup_field = "number"
    scopes = {"list": "inbound:read", "retrieve": "inbound:read", "create": "inbound:write"}

    def get_queryset(self) -> QuerySet[InboundDelivery]:
        return InboundDelivery.objects.select_related("store").prefetch_related("lines__product")

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        store = query.pop("store", None)
        return super().filtered(rows, {**query, "store__code__iexact": store} if store else query)

    def create(self, request: Request) -> Response:
        made = create_delivery(read(NewInboundDeliverySerializer, request.data))
        return Response(show(InboundDeliverySerializer, self.get_queryset().get(pk=made.pk)), 201)
