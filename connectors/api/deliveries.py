"""Deliveries of events: what became of each, and sending one again."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from connectors.api.subscription_serializers import (
    DeliveryQuerySerializer,
    DeliverySerializer,
    NothingSerializer,
    WholeDeliverySerializer,
)
from connectors.api.subscriptions import TAG
from connectors.models import EventDelivery
from connectors.subscriptions.replaying import NotSent, replay
from tenants.apikit import ApiViewSet, Pagination, Problem, read, show
from tenants.apikit.describing import FIELDS, describe
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields

_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Id of the delivery.")
_COLUMNS = {"subscription": "subscription_id", "state": "state", "order": "order_number"}


class NewestFirst(Pagination):
    ordering = ("-created_at", "-id")


@extend_schema_view(
    list=describe(
        "List deliveries",
        tag=TAG,
        description="Newest first. They are kept for 14 days.",
        parameters=(DeliveryQuerySerializer, FIELDS),
        answers={200: DeliverySerializer(many=True)},
        problems=(400,),
    ),
    retrieve=describe(
        "Read a delivery",
        tag=TAG,
        parameters=(_ID, FIELDS),
        answers={200: WholeDeliverySerializer},
        problems=(400, 404),
    ),
)
class EventDeliveryViewSet(ApiViewSet):
    queryset = EventDelivery.objects.none()
    serializer_class = DeliverySerializer
    pagination_class = NewestFirst
    lookup_value_regex = r"\d{1,18}"
    scopes = {"list": "events:read", "retrieve": "events:read", "again": "events:write"}

    def get_queryset(self) -> QuerySet[EventDelivery]:
        return EventDelivery.objects.all()

    def list(self, request: Request) -> Response:
        query = read_query(DeliveryQuerySerializer, request)
        fields = wanted_fields(DeliverySerializer, request)
        rows = self.get_queryset().filter(**{_COLUMNS[name]: value for name, value in query.items()})
        page = self.paginate_queryset(rows) or ()
        return self.get_paginated_response([show(DeliverySerializer, row, fields) for row in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        fields = wanted_fields(WholeDeliverySerializer, request)
        return Response(show(WholeDeliverySerializer, self._row(pk), fields))

    @describe(
        "Send a delivery again",
        tag=TAG,
        description="Under the id that it had, with a round of tries of its own.",
        parameters=(_ID,),
        request=NothingSerializer,
        answers={202: WholeDeliverySerializer},
        problems=(400, 404, 409, 413, 415),
    )
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        read(NothingSerializer, request.data)
        try:
            replay(self._row(pk))
        except NotSent as error:
            raise Problem(409, "not-possible", str(error)) from None
        return Response(show(WholeDeliverySerializer, self._row(pk)), 202)

    def _row(self, pk: str) -> EventDelivery:
        rows = self.get_queryset().select_related("subscription").prefetch_related("tries")
        row = rows.filter(pk=int(pk)).first()
        if row is None:
            raise Problem(404, "not-found", f"There is no delivery {pk}.")
        return row
