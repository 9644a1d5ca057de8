"""The event log, searched a page at a time: the millionth event is as near as the first."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from eventlog.api.serializers import EventQuerySerializer, EventSerializer, WholeEventSerializer
from eventlog.callers import callers
from eventlog.models import Event, EventPayload
from tenants.apikit import ApiViewSet, Pagination, Problem, show
from tenants.apikit.describing import FIELDS, answer_example, describe
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields, wants
from tenants.models import ApiKey
from tenants.personal import showing

TAG = "Event log"
#: The scope of keys that are shown people's data in free texts and in what was sent and received.
PERSONAL = "personal:read"
EXAMPLE: dict[str, Any] = {
    "id": 90210,
    "at": "2026-05-03T12:00:01Z",
    "category": "Connector",
    "outcome": "success",
    "message": "Captured 398.00 NOK",
    "order": "WEB-1001",
    "market": "NOR",
    "store": "",
    "run_id": 17,
    "step_run_id": 41,
    "step": "CapturePayments",
    "connector": "Stripe",
    "connector_category": "Payment",
    "provider": "stripe",
    "operation": "capture",
    "actor": "",
    "method": "POST",
    "url": "https://api.stripe.com/v1/payment_intents/pi_3PXk2Q/capture",
    "status_code": 200,
    "duration_ms": 312,
    "request_id": "req_8Vd2",
    "details": None,
}
_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Id of the event.")
_COLUMNS = {
    "order": "order_number",
    "category": "category",
    "outcome": "outcome",
    "connector": "connector_name",
    "operation": "operation",
    "run": "run_id",
    "request_id": "request_id",
    "since": "at__gte",
    "before": "at__lt",
}


class NewestFirst(Pagination):
    ordering = ("-at", "-id")


@extend_schema_view(
    list=describe(
        "Search the event log",
        tag=TAG,
        description=(
            "Newest first. E-mail addresses and telephone numbers in texts are masked unless the key has the scope "
            f"{PERSONAL}."
        ),
        parameters=(EventQuerySerializer, FIELDS),
        answers={200: EventSerializer(many=True)},
        problems=(400,),
    ),
    retrieve=describe(
        "Read an event",
        tag=TAG,
        description=f"With what was sent and received, for keys that have the scope {PERSONAL}.",
        parameters=(_ID, FIELDS),
        answers={200: WholeEventSerializer},
        problems=(400, 404),
        examples=(answer_example("A call", {**EXAMPLE, "request": None, "response": None}, 200),),
    ),
)
class EventViewSet(ApiViewSet):
    queryset = Event.objects.none()
    serializer_class = EventSerializer
    pagination_class = NewestFirst
    lookup_value_regex = r"\d{1,18}"
    scopes = {"list": "events:read", "retrieve": "events:read"}

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        self._open.enter_context(showing(self._sees()))

    def list(self, request: Request) -> Response:
        query, fields = read_query(EventQuerySerializer, request), wanted_fields(EventSerializer, request)
        page = self.paginate_queryset(_narrowed(Event.objects.all(), query)) or ()
        return self.get_paginated_response([show(EventSerializer, event, fields) for event in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        fields = wanted_fields(WholeEventSerializer, request)
        event: Any = Event.objects.filter(pk=int(pk)).first()
        if event is None:
            raise Problem(404, "not-found", f"There is no event {pk}.")
        seen = self._sees() and wants(fields, "request", "response")
        payload = EventPayload.objects.filter(pk=event.pk).first() if seen else None
        event.sent, event.received = (payload.request, payload.response) if payload else (None, None)
        return Response(show(WholeEventSerializer, event, fields))

    def _sees(self) -> bool:
        key = self.request.auth
        return isinstance(key, ApiKey) and key.allows(PERSONAL)


def _narrowed(events: QuerySet[Event], query: dict[str, Any]) -> QuerySet[Event]:
    events = events.filter(**{column: query[name] for name, column in _COLUMNS.items() if name in query})
    if "provider" not in query:
        return events
    # By the ids of its connectors, which an index holds.
    known = [caller.id for caller in callers() if caller.provider == query["provider"]]
    return events.filter(connector_id__in=known)
