"""Errors on orders: raised by callers, solved with a comment."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import read, show
from workflows import orders
from workflows.api import examples
from workflows.api.one_order import TAG, OneOrderApi
from workflows.api.openapi import FIELDS, IDEMPOTENCY, NUMBER, describe, request_example
from workflows.api.order_serializers import (
    ErrorQuerySerializer,
    NewOrderErrorSerializer,
    OrderErrorSerializer,
    SolveSerializer,
)
from workflows.api.queries import read_query, wanted_fields
from workflows.models import OrderError

_ERROR = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Id of the error.")


@extend_schema_view(
    list=describe(
        "List the errors of an order",
        tag=TAG,
        description="Newest first, solved ones too.",
        parameters=(NUMBER, ErrorQuerySerializer, FIELDS),
        answers={200: OrderErrorSerializer(many=True)},
        problems=(400, 404),
    ),
    create=describe(
        "Raise an error on an order",
        tag=TAG,
        description="Shows the order to staff. The active error of the same key, if there is one, is brought up to date.",
        parameters=(NUMBER, IDEMPOTENCY),
        request=NewOrderErrorSerializer,
        answers={201: OrderErrorSerializer},
        problems=(400, 404, 409, 413, 415, 422),
        examples=(request_example("A bad address", examples.NEW_ERROR),),
    ),
)
class OrderErrorViewSet(OneOrderApi):
    queryset = OrderError.objects.none()
    serializer_class = OrderErrorSerializer
    lookup_value_regex = r"\d{1,18}"
    scopes = {"list": "orders:read", "create": "orders:write", "solve": "orders:write"}

    def get_queryset(self) -> QuerySet[OrderError]:
        return OrderError.objects.filter(order=self.order())

    def list(self, request: Request, number: str) -> Response:
        query = read_query(ErrorQuerySerializer, request)
        fields = wanted_fields(OrderErrorSerializer, request)
        page = self.paginate_queryset(self.get_queryset().filter(**query)) or ()
        return self.get_paginated_response([show(OrderErrorSerializer, error, fields) for error in page])

    def create(self, request: Request, number: str) -> Response:
        data = read(NewOrderErrorSerializer, request.data)
        error = orders.report_error(self.order(), actor=self.actor, **data)
        return Response(show(OrderErrorSerializer, error), 201)

    @describe(
        "Solve an error",
        tag=TAG,
        description="Solving it again changes nothing.",
        parameters=(NUMBER, _ERROR, IDEMPOTENCY),
        request=SolveSerializer,
        answers={200: OrderErrorSerializer},
        problems=(400, 404, 409, 413, 415, 422),
    )
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, number: str, pk: str) -> Response:
        comment = read(SolveSerializer, request.data)["comment"]
        error = orders.solve_error(int(pk), actor=self.actor, comment=comment, order_id=self.order().pk)
        return Response(show(OrderErrorSerializer, error))
