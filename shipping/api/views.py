from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_view
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from shipping import labels
from shipping.api.serializers import ListedShipmentSerializer, ShipmentQuerySerializer, ShipmentSerializer
from shipping.models import Label, Shipment
from tenants.apikit import ApiView, Problem, show
from workflows.api.listing import CatalogApi, described
from workflows.api.openapi import NUMBER, answer_example, describe
from workflows.models import Order

TAG = "Shipments"
REFERENCE = OpenApiParameter(
    "reference", OpenApiTypes.STR, OpenApiParameter.PATH, description="Our reference of the shipment."
)
EXAMPLE = {
    "reference": "8c5d5d5b0d6e4d3f9a9d0b6c3a7f1e22",
    "shipping_option": "home",
    "carrier": "Bring",
    "product": "5600",
    "pickup_point": "",
    "store": "OSL",
    "account": "",
    "is_return": False,
    "return_of": None,
    "state": "booked",
    "reason": "",
    "consignment": "70430000000000011",
    "tracking_number": "370730000000000117",
    "tracking_url": "https://tracking.example/370730000000000117",
    "tracking_state": "in_transit",
    "has_label": True,
    "expected_delivery": "2026-05-05T10:00:00Z",
    "packages": [
        {
            "reference": "1",
            "number": "370730000000000117",
            "weight": 1200,
            "length": 300,
            "width": 200,
            "height": 100,
        }
    ],
    "tracking": [
        {
            "parcel": "370730000000000117",
            "tracking_state": "in_transit",
            "raw_state": "IN_TRANSIT",
            "description": "The parcel is on its way",
            "place": "Oslo",
            "occurred_at": "2026-05-04T06:10:00Z",
        }
    ],
    "created_at": "2026-05-03T11:58:00Z",
    "modified_at": "2026-05-04T06:15:00Z",
}


class OrderShipments(ApiView):
    """The shipments of one order, each with its parcels and their way."""

    scopes = {"GET": "orders:read"}

    @describe(
        "Shipments of an order",
        tag=TAG,
        description="In the order in which they are booked.",
        parameters=(NUMBER,),
        answers={200: ShipmentSerializer(many=True)},
        problems=(404,),
        examples=(answer_example("A parcel on its way", EXAMPLE, 200),),
        operation_id="orders_shipments_list",
    )
    def get(self, request: Request, number: str) -> Response:
        order = Order.objects.filter(number=number).first()
        if order is None:
            raise Problem(404, "not-found", f"There is no order {number}; check the number.")
        rows = _whole(Shipment.objects.filter(order=order).order_by("position"))
        return Response([show(ShipmentSerializer, shipment) for shipment in rows])


@extend_schema_view(
    **described(TAG, (ShipmentQuerySerializer,), ListedShipmentSerializer, REFERENCE),
)
class ShipmentViewSet(CatalogApi):
    """The shipments of all orders."""

    queryset = Shipment.objects.none()
    serializer_class = ListedShipmentSerializer
    query_serializer = ShipmentQuerySerializer
    lookup_field = "reference"
    lookup_value_regex = "[0-9a-z]{1,32}"
    scopes = {"list": "orders:read", "retrieve": "orders:read"}

    def get_queryset(self) -> QuerySet[Shipment]:
        return _whole(Shipment.objects.select_related("order"))

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        named = {"order": "order__number", "shipping_option": "option_name", "store": "store__code__iexact"}
        return super().filtered(rows, {named.get(name, name): value for name, value in query.items()})


def _whole(shipments: QuerySet[Shipment]) -> QuerySet[Shipment]:
    labelled = Exists(Label.objects.filter(shipment=OuterRef("pk")))
    related = shipments.select_related("connector", "store", "return_of")
    return related.annotate(has_label=labelled).prefetch_related("packages", "tracking")


class _File(BaseRenderer):
    """Lets callers ask for the label's type; problems are JSON whatever they ask for."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return JSONRenderer().render(data, accepted_media_type, renderer_context)


class PdfFile(_File):
    media_type = "application/pdf"
    format = "pdf"


class ZplFile(_File):
    media_type = "application/zpl"
    format = "zpl"


class ShipmentLabel(ApiView):
    """The stored label of one shipment, as the carrier or the hub made it."""

    scopes = {"GET": "orders:read"}
    renderer_classes = [PdfFile, ZplFile, JSONRenderer]

    @describe(
        "Label of a shipment",
        tag=TAG,
        description="A file to print: PDF, or ZPL where the carrier makes that. The step PrintShippingLabel stores it.",
        parameters=(NUMBER, REFERENCE),
        answers={
            (200, kind): OpenApiResponse(OpenApiTypes.BINARY, "The label.")
            for kind in ("application/pdf", "application/zpl")
        },
        problems=(404,),
        operation_id="orders_shipments_label",
    )
    def get(self, request: Request, number: str, reference: str) -> HttpResponse:
        label = labels.find(order__number=number, reference=reference)
        if label is None:
            text = (
                f"There is no label of shipment {reference}; run PrintShippingLabel or check the reference."
            )
            raise Problem(404, "not-found", text)
        return labels.serve(label)
