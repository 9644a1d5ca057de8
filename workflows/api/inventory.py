from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import read, show
from tenants.apikit.bulk import bulk_answer, read_items, read_rows
from tenants.apikit.describing import FIELDS, IDEMPOTENCY, describe, request_example
from workflows import catalog
from workflows.api.catalog_serializers import (
    BulkInventorySerializer,
    InventoryQuerySerializer,
    InventorySerializer,
    NewInventorySerializer,
)
from workflows.api.listing import BulkApi, ListApi, as_refused, takes_many
from workflows.models import InventoryLevel

TAG = "Inventory"
_EXAMPLE = {"sku": "TENT-2", "store": "OSL", "on_hand": "12"}
_NAMED = {"sku": "product__sku", "store": "store__code__iexact"}


@extend_schema_view(
    list=describe(
        "List inventory",
        tag=TAG,
        parameters=(InventoryQuerySerializer, FIELDS),
        answers={200: InventorySerializer(many=True)},
        problems=(400,),
    ),
    create=describe(
        "Set what a store has of a product",
        tag=TAG,
        description="Sets the quantity on hand to what is sent; what is reserved for orders stays.",
        parameters=(IDEMPOTENCY,),
        request=NewInventorySerializer,
        answers={200: InventorySerializer},
        problems=(400, 409, 413, 415, 422),
        examples=(request_example("A count", _EXAMPLE),),
    ),
)
class InventoryViewSet(BulkApi, ListApi):
    queryset = InventoryLevel.objects.none()
    serializer_class = InventorySerializer
    query_serializer = InventoryQuerySerializer
    scopes = {"list": "inventory:read", "create": "inventory:write", "bulk": "inventory:write"}

    def get_queryset(self) -> QuerySet[InventoryLevel]:
        return InventoryLevel.objects.select_related("product", "store")

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        return super().filtered(rows, {_NAMED.get(name, name): value for name, value in query.items()})

    def create(self, request: Request) -> Response:
        data = read(NewInventorySerializer, request.data)
        level = catalog.set_inventory(**{**data, "on_hand": Decimal(data["on_hand"])})
        return Response(show(InventorySerializer, level))

    @takes_many("levels", TAG, BulkInventorySerializer, _EXAMPLE)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        rows, refused = read_rows(NewInventorySerializer, read_items(request.data))
        saved, wrong = catalog.set_levels(rows)
        results = {index: {"outcome": "updated"} for index in saved}
        return Response(bulk_answer(results, {**refused, **as_refused(wrong)}))
