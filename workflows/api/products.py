from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit.describing import path
from workflows import catalog
from workflows.api.catalog_serializers import (
    BulkProductsSerializer,
    ProductChangeSerializer,
    ProductQuerySerializer,
    ProductRowSerializer,
    ProductSerializer,
)
from workflows.api.listing import KeptApi, changes, creates, described, takes_many
from workflows.models import Product

TAG = "Products"
_SKU = path("sku", "The product's SKU.")
_EXAMPLE = {"sku": "TENT-2", "name": "Tent for two", "price": "2499.00", "currency": "NOK", "tax_rate": "25"}


@extend_schema_view(
    **described(TAG, (ProductQuerySerializer,), ProductSerializer, _SKU),
    create=creates("product", TAG, ProductSerializer, _EXAMPLE),
    partial_update=changes(
        "product", TAG, ProductChangeSerializer, ProductSerializer, _SKU, {"price": "2299.00"}
    ),
)
class ProductViewSet(KeptApi):
    queryset = Product.objects.none()
    serializer_class = ProductSerializer
    row_serializer = ProductRowSerializer
    change_serializer = ProductChangeSerializer
    query_serializer = ProductQuerySerializer
    lookup_field = "sku"
    scopes = {
        "list": "products:read",
        "retrieve": "products:read",
        "create": "products:write",
        "partial_update": "products:write",
        "bulk": "products:write",
    }

    def get_queryset(self) -> QuerySet[Product]:
        return Product.objects.all()

    def create_row(self, **values: Any) -> Product:
        return catalog.create_product(**values)

    @takes_many("products", TAG, BulkProductsSerializer, _EXAMPLE)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        return self.save_rows(request)
