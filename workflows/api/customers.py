from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from drf_spectacular.utils import extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit.describing import path
from workflows import catalog
from workflows.api.catalog_serializers import (
    BulkCustomersSerializer,
    CustomerChangeSerializer,
    CustomerQuerySerializer,
    CustomerRowSerializer,
    CustomerSerializer,
)
from workflows.api.listing import KeptApi, changes, creates, described, takes_many
from workflows.models import Customer

TAG = "Customers"
_NUMBER = path("number", "The customer's number.")
_EXAMPLE = {"number": "C-1001", "email": "kari@buyer.example"}


@extend_schema_view(
    **described(TAG, (CustomerQuerySerializer,), CustomerSerializer, _NUMBER),
    create=creates("customer", TAG, CustomerSerializer, _EXAMPLE),
    partial_update=changes(
        "customer", TAG, CustomerChangeSerializer, CustomerSerializer, _NUMBER, {"phone": "+4799999999"}
    ),
)
class CustomerViewSet(KeptApi):
    queryset = Customer.objects.none()
    serializer_class = CustomerSerializer
    row_serializer = CustomerRowSerializer
    change_serializer = CustomerChangeSerializer
    query_serializer = CustomerQuerySerializer
    lookup_field = "number"
    scopes = {
        "list": "customers:read",
        "retrieve": "customers:read",
        "create": "customers:write",
        "partial_update": "customers:write",
        "bulk": "customers:write",
    }

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.all()

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        if "email" in query:
            rows = rows.alias(email_key=Lower("email")).filter(email_key=query.pop("email").lower())
        return super().filtered(rows, query)

    def create_row(self, **values: Any) -> Customer:
        return catalog.create_customer(**values)

    @takes_many("customers", TAG, BulkCustomersSerializer, _EXAMPLE)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        return self.save_rows(request)
