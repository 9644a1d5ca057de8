"""Errors on orders: raised by callers, solved with a comment."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from workflows import orders
from workflows.api import examples
from workflows.api.one_order import TAG, OneOrderApi
from workflows.api.openapi import IDEMPOTENCY, NUMBER, describe, request_example
from workflows.api.order_serializers import (
    ErrorQuerySerializer,
    NewOrderErrorSerializer,
    OrderErrorSerializer,
    SolveSerializer,
)
from workflows.api.queries import read_query
from workflows.models import OrderError

_ERROR = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Id of the error.")


@extend_schema_view(
    list=describe(
        "List the errors of an order",
        tag=TAG,
        description="Newest first, solved ones too.",
        parameters=(NUMBER, ErrorQuerySerializer),
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
        page = self.paginate_queryset(self.get_queryset().filter(**query))
        return self.get_paginated_response(OrderErrorSerializer(page, many=True).data)

    def create(self, request: Request, number: str) -> Response:
        reader = NewOrderErrorSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        error = orders.report_error(self.order(), actor=self.actor, **reader.validated_data)
        return Response(OrderErrorSerializer(error).data, 201)

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
        reader = SolveSerializer(data=request.data)
        reader.is_valid(raise_exception=True)
        comment = reader.validated_data["comment"]
        error = orders.solve_error(int(pk), actor=self.actor, comment=comment, order_id=self.order().pk)
        return Response(OrderErrorSerializer(error).data)
