"""Event subscriptions: who is told of what happens here."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from connectors.api.subscription_serializers import (
    EXAMPLE,
    CountSerializer,
    IssuedSubscriptionSerializer,
    NewSubscriptionSerializer,
    NothingSerializer,
    SecretSerializer,
    SendAgainSerializer,
    SubscriptionChangeSerializer,
    SubscriptionQuerySerializer,
    SubscriptionSerializer,
    TestSerializer,
)
from connectors.models import EventSubscription
from connectors.subscriptions import editing, keys, replaying
from connectors.subscriptions.pruning import check_since
from tenants.apikit import ApiViewSet, Pagination, Problem, read, show
from tenants.apikit.describing import FIELDS, IDEMPOTENCY, describe, request_example
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields

TAG = "Event subscriptions"
_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Id of the subscription.")
_BODY = (400, 413, 415)
_ABOUT = (
    "Each event that passes the filters is POSTed to the URL as a Standard Webhook: verify the signature over the raw body, "
    "remember `webhook-id`, answer 2xx within 15 seconds. Anything else is tried again ten times over three days."
)


@extend_schema_view(
    list=describe(
        "List event subscriptions",
        tag=TAG,
        parameters=(SubscriptionQuerySerializer, FIELDS),
        answers={200: SubscriptionSerializer(many=True)},
        problems=(400,),
    ),
    retrieve=describe(
        "Read an event subscription",
        tag=TAG,
        parameters=(_ID, FIELDS),
        answers={200: SubscriptionSerializer},
        problems=(400, 404),
    ),
    create=describe(
        "Subscribe to events",
        tag=TAG,
        description=f"{_ABOUT} The answer holds the signing secret; it is not shown again.",
        parameters=(IDEMPOTENCY,),
        request=NewSubscriptionSerializer,
        answers={201: IssuedSubscriptionSerializer},
        problems=_BODY,
        examples=(request_example("What happens to orders", EXAMPLE),),
    ),
    partial_update=describe(
        "Change an event subscription",
        tag=TAG,
        description="Sets the fields that are sent. In force within a second.",
        parameters=(_ID,),
        request=SubscriptionChangeSerializer,
        answers={200: SubscriptionSerializer},
        problems=(404, *_BODY),
    ),
    destroy=describe(
        "Delete an event subscription",
        tag=TAG,
        description="With its deliveries: what has not arrived is not sent any more.",
        parameters=(_ID,),
        request=None,
        answers={204: None},
        problems=(404, *_BODY),
    ),
)
class EventSubscriptionViewSet(ApiViewSet):
    queryset = EventSubscription.objects.none()
    serializer_class = SubscriptionSerializer
    pagination_class = Pagination
    lookup_value_regex = r"\d{1,18}"
    scopes = {
        "list": "events:read",
        "retrieve": "events:read",
        **dict.fromkeys(("create", "partial_update", "destroy"), "events:write"),
        **dict.fromkeys(("secret", "test", "again"), "events:write"),
    }

    def get_queryset(self) -> QuerySet[EventSubscription]:
        return EventSubscription.objects.prefetch_related("headers")

    def list(self, request: Request) -> Response:
        query = read_query(SubscriptionQuerySerializer, request)
        fields = wanted_fields(SubscriptionSerializer, request)
        page = self.paginate_queryset(self.get_queryset().filter(**query)) or ()
        return self.get_paginated_response([show(SubscriptionSerializer, row, fields) for row in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        fields = wanted_fields(SubscriptionSerializer, request)
        return Response(show(SubscriptionSerializer, self._row(pk), fields))

    def create(self, request: Request) -> Response:
        values = read(NewSubscriptionSerializer, request.data)
        with _named_fields():
            row, plain = editing.create(values)
        where = reverse("event-subscription-detail", args=[row.pk], request=request)
        answer = {**show(SubscriptionSerializer, row), "secret": plain}
        return Response(answer, 201, headers={"Location": where, "Cache-Control": "no-store"})

    def partial_update(self, request: Request, pk: str) -> Response:
        values, row = read(SubscriptionChangeSerializer, request.data), self._row(pk)
        with _named_fields():
            editing.change(row, values)
        return Response(show(SubscriptionSerializer, self._row(pk)))

    def destroy(self, request: Request, pk: str) -> Response:
        if request.META.get("CONTENT_LENGTH") not in (None, "", "0"):
            read(NothingSerializer, request.data)
        self._row(pk).delete()
        return Response(status=204)

    @describe(
        "Renew the signing secret",
        tag=TAG,
        description="For 24 hours messages are signed with both. The answer is the only one that holds the new secret.",
        parameters=(_ID,),
        request=NothingSerializer,
        answers={200: SecretSerializer},
        problems=(404, *_BODY),
    )
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, pk: str) -> Response:
        read(NothingSerializer, request.data)
        row = self._row(pk)
        answer = {"secret": keys.rotate(row), "former_until": row.former_until}
        return Response(show(SecretSerializer, answer), headers={"Cache-Control": "no-store"})

    @describe(
        "Send a test",
        tag=TAG,
        description="Sends a signed message of the type `test` now and waits up to 15 seconds for the answer.",
        parameters=(_ID,),
        request=NothingSerializer,
        answers={200: TestSerializer},
        problems=(404, *_BODY),
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        read(NothingSerializer, request.data)
        result = replaying.send_test(self._row(pk))
        told = {
            "delivered": result.succeeded,
            "status_code": result.status,
            "error": result.error,
            "duration_ms": result.duration_ms,
            "delivery": result.errand.delivery_id,
        }
        return Response(show(TestSerializer, told))

    @describe(
        "Send again",
        tag=TAG,
        description="What was given up since a time, or what was never sent. Messages keep the ids that they had.",
        parameters=(_ID, IDEMPOTENCY),
        request=SendAgainSerializer,
        answers={202: CountSerializer},
        problems=(404, 409, *_BODY),
    )
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        asked, row = read(SendAgainSerializer, request.data), self._row(pk)
        try:
            since = check_since(asked["since"])
        except ValueError as error:
            raise Problem.of_fields({"since": [f"This is not possible; {error}"]}) from None
        do = replaying.replay_failed if asked["what"] == "failed" else replaying.send_missed
        try:
            return Response({"messages": do(row, since)}, 202)
        except replaying.NotSent as error:
            raise Problem(409, "not-possible", str(error)) from None

    def _row(self, pk: str) -> EventSubscription:
        row = self.get_queryset().filter(pk=int(pk)).select_related("tenant").first()
        if row is None:
            raise Problem(404, "not-found", f"There is no event subscription {pk}.")
        return row


class _named_fields:  # noqa: N801 - reads as a statement
    """Tells what a row refuses by field, as a problem."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, ValidationError):
            raise Problem.of_fields(error.message_dict) from None
