"""Customers, products, inventory and markets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import Market
from workflows import catalog, lookups
from workflows.api.catalog_serializers import (
    CustomerQuerySerializer,
    CustomerSerializer,
    InventoryQuerySerializer,
    InventorySerializer,
    MarketSerializer,
    NewInventorySerializer,
    NoQuerySerializer,
    ProductQuerySerializer,
    ProductSerializer,
)
from workflows.api.openapi import IDEMPOTENCY, describe, request_example
from workflows.api.orders import OrderPagination
from workflows.api.problems import OrderApi
from workflows.api.queries import read_query
from workflows.models import Customer, InventoryLevel, Product
from workflows.problems import NotFound

_CODE = r"[^/\x00]{1,64}"


def _path(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=text)


class ListApi(OrderApi):
    """Lists rows by the parameters of a query serializer."""

    pagination_class = OrderPagination
    lookup_value_regex = _CODE
    query_serializer: Any = NoQuerySerializer

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        since, external_id = query.pop("modified_since", None), query.pop("external_id", None)
        rows = rows.filter(**query)
        rows = rows.filter(modified_at__gte=since) if since else rows
        return lookups.with_external_id(rows, external_id) if external_id else rows

    def list(self, request: Request) -> Response:
        found = self.filtered(self.get_queryset(), read_query(self.query_serializer, request))
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class CatalogApi(ListApi):
    """Reads one row by its code, too."""

    def retrieve(self, request: Request, **code: str) -> Response:
        row = self.get_queryset().filter(**code).first()
        if row is None:
            name = self.get_queryset().model._meta.verbose_name
            raise NotFound(f"there is no {name} {next(iter(code.values()))}")
        return Response(self.get_serializer(row).data)


def _described(tag: str, query: tuple[Any, ...], answer: Any, code: OpenApiParameter) -> dict[str, Any]:
    thing = tag.lower().rstrip("s")
    return {
        "list": describe(
            f"List {tag.lower()}",
            tag=tag,
            parameters=query,
            answers={200: answer(many=True)},
            problems=(400,),
        ),
        "retrieve": describe(
            f"Read a {thing}", tag=tag, parameters=(code,), answers={200: answer}, problems=(404,)
        ),
    }


def _creates(thing: str, tag: str, serializer: Any, example: dict[str, Any]) -> Any:
    return describe(
        f"Create a {thing}",
        tag=tag,
        parameters=(IDEMPOTENCY,),
        request=serializer,
        answers={201: serializer},
        problems=(400, 409, 413, 415, 422),
        examples=(request_example(f"A {thing}", example),),
    )


@extend_schema_view(
    **_described(
        "Customers", (CustomerQuerySerializer,), CustomerSerializer, _path("number", "The customer's number.")
    ),
    create=_creates(
        "customer", "Customers", CustomerSerializer, {"number": "C-1001", "email": "kari@buyer.example"}
    ),
)
class CustomerViewSet(CatalogApi):
    queryset = Customer.objects.none()
    serializer_class = CustomerSerializer
    query_serializer = CustomerQuerySerializer
    lookup_field = "number"
    scopes = {"list": "customers:read", "retrieve": "customers:read", "create": "customers:write"}

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.all()

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        if "email" in query:
            rows = rows.alias(email_key=Lower("email")).filter(email_key=query.pop("email").lower())
        return super().filtered(rows, query)

    def create(self, request: Request) -> Response:
        reader = CustomerSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        return Response(CustomerSerializer(catalog.create_customer(**reader.validated_data)).data, 201)


@extend_schema_view(
    **_described(
        "Products", (ProductQuerySerializer,), ProductSerializer, _path("sku", "The product's SKU.")
    ),
    create=_creates(
        "product",
        "Products",
        ProductSerializer,
        {"sku": "TENT-2", "name": "Tent for two", "price": "2499.00", "currency": "NOK", "tax_rate": "25"},
    ),
)
class ProductViewSet(CatalogApi):
    queryset = Product.objects.none()
    serializer_class = ProductSerializer
    query_serializer = ProductQuerySerializer
    lookup_field = "sku"
    scopes = {"list": "products:read", "retrieve": "products:read", "create": "products:write"}

    def get_queryset(self) -> QuerySet[Product]:
        return Product.objects.all()

    def create(self, request: Request) -> Response:
        reader = ProductSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        return Response(ProductSerializer(catalog.create_product(**reader.validated_data)).data, 201)


@extend_schema_view(
    list=describe(
        "List inventory",
        tag="Inventory",
        parameters=(InventoryQuerySerializer,),
        answers={200: InventorySerializer(many=True)},
        problems=(400,),
    ),
    create=describe(
        "Set what a store has of a product",
        tag="Inventory",
        description="Sets the quantity on hand to what is sent; what is reserved for orders stays.",
        parameters=(IDEMPOTENCY,),
        request=NewInventorySerializer,
        answers={200: InventorySerializer},
        problems=(400, 409, 413, 415, 422),
        examples=(request_example("A count", {"sku": "TENT-2", "store": "OSL", "on_hand": "12"}),),
    ),
)
class InventoryViewSet(ListApi):
    queryset = InventoryLevel.objects.none()
    serializer_class = InventorySerializer
    query_serializer = InventoryQuerySerializer
    scopes = {"list": "inventory:read", "create": "inventory:write"}

    def get_queryset(self) -> QuerySet[InventoryLevel]:
        return InventoryLevel.objects.select_related("product", "store")

    def filtered(self, rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
        named = {"sku": "product__sku", "store": "store__code__iexact"}
        return super().filtered(rows, {named.get(name, name): value for name, value in query.items()})

    def create(self, request: Request) -> Response:
        reader = NewInventorySerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        data = {**reader.validated_data, "on_hand": Decimal(reader.validated_data["on_hand"])}
        return Response(InventorySerializer(catalog.set_inventory(**data)).data)


@extend_schema_view(**_described("Markets", (), MarketSerializer, _path("code", "The market's code.")))
class MarketViewSet(CatalogApi):
    queryset = Market.objects.none()
    serializer_class = MarketSerializer
    lookup_field = "code"
    scopes = {"list": "markets:read", "retrieve": "markets:read"}

    def get_queryset(self) -> QuerySet[Market]:
        return Market.objects.prefetch_related("groups")

    def retrieve(self, request: Request, **code: str) -> Response:
        return super().retrieve(request, code__iexact=code["code"])
