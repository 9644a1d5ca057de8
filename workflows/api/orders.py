"""Orders: place, read and move them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from drf_spectacular.utils import extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import ValidationError

from tenants.apikit import Pagination, Problem, read, show
from tenants.apikit.problems import as_problem
from workflows import lookups, orders
from workflows.api import examples
from workflows.api.acting import WAIT, has_ended, run_answer, seconds_to_wait
from workflows.api.openapi import IDEMPOTENCY, NUMBER, answer_example, describe, request_example
from workflows.api.order_serializers import (
    NewOrderSerializer,
    NewStatusSerializer,
    OrderQuerySerializer,
    OrderSerializer,
    PlacedOrderSerializer,
    StatusSerializer,
)
from workflows.api.problems import OrderApi
from workflows.api.queries import read_query
from workflows.models import ErrorStatus, Order, OrderError, OrderLine, WorkflowRun
from workflows.problems import NotFound

TAG = "Orders"
#: What whoever acts on an order needs of it before it is locked and read anew.
_HANDLE = ("tenant_id", "number", "status", "version", "modified_at")
NUMBER_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


class OrderPagination(Pagination):
    """Newest first; in the order of change for who asks what changed, so that no change is missed."""

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return ("modified_at", "id") if "modified_since" in request.query_params else ("-id",)


class OneOrderApi(OrderApi):
    """Base of what hangs on one order."""

    def order(self) -> Order:
        """The order that the address names, without its documents. Raises NotFound."""
        order = Order.objects.only(*_HANDLE).filter(number=self.kwargs["number"]).order_by().first()
        if order is None:
            raise NotFound(f"there is no order {self.kwargs['number']}")
        return order


@extend_schema_view(
    list=describe(
        "List orders",
        tag=TAG,
        description="Newest first; with `modified_since` in the order of their last change.",
        parameters=(OrderQuerySerializer,),
        answers={200: OrderSerializer(many=True)},
        problems=(400,),
    ),
    retrieve=describe(
        "Read an order",
        tag=TAG,
        parameters=(NUMBER,),
        answers={200: OrderSerializer},
        problems=(404,),
        examples=(answer_example("An order", examples.ORDER),),
    ),
    create=describe(
        "Place an order",
        tag=TAG,
        description=(
            "Checks the whole order and tells at once all that is wrong with it; then nothing is saved. The order "
            "enters the first status of its type, and the steps of that status run in the background: read the run "
            "to see how they went. Amounts are text with the decimals of the currency and include tax."
        ),
        parameters=(IDEMPOTENCY,),
        request=NewOrderSerializer,
        answers={201: PlacedOrderSerializer},
        problems=(400, 409, 413, 415, 422),
        examples=(
            request_example("Two products and shipping", examples.NEW_ORDER),
            answer_example("The saved order", examples.PLACED_ORDER, 201),
        ),
    ),
)
class OrderViewSet(OneOrderApi):
    queryset = Order.objects.none()
    serializer_class = OrderSerializer
    pagination_class = OrderPagination
    lookup_field = "number"
    lookup_value_regex = NUMBER_PATTERN
    scopes = {
        "list": "orders:read",
        "retrieve": "orders:read",
        "create": "orders:write",
        "change_status": "orders:write",
    }

    def get_queryset(self) -> QuerySet[Order]:
        return Order.objects.select_related("market", "store").prefetch_related(*_parts())

    def list(self, request: Request) -> Response:
        found = _filtered(self.get_queryset(), read_query(OrderQuerySerializer, request))
        page = self.paginate_queryset(found)
        return self.get_paginated_response([show(OrderSerializer, order) for order in page or ()])

    def retrieve(self, request: Request, number: str) -> Response:
        order = self.get_queryset().filter(number=number).first()
        if order is None:
            raise NotFound(f"there is no order {number}")
        return Response(show(OrderSerializer, order))

    def create(self, request: Request) -> Response:
        try:
            data = read(NewOrderSerializer, request.data)
        except ValidationError as error:
            raise _all_that_is_wrong(error, request.data) from None
        run_workflow = data.pop("run_workflow")
        order, run = orders.place_order(data, actor=self.actor, run_workflow=run_workflow)
        prefetch_related_objects([order], *_parts())
        where = reverse("order-detail", args=[order.number], request=request)
        answer = {**show(OrderSerializer, order), "run_id": run.pk if run else None}
        return Response(answer, 201, headers={"Location": where})

    @describe(
        "Change the status of an order",
        tag=TAG,
        description=(
            "Moves the order and starts the steps of the new status, which run in the background; with `wait` the answer "
            "tells how they went. Refused with 409 "
            "when the type does not allow that status next, or when `version` is not the current one."
        ),
        parameters=(NUMBER, IDEMPOTENCY, WAIT),
        request=NewStatusSerializer,
        answers={200: StatusSerializer, 202: StatusSerializer},
        problems=(400, 404, 409, 413, 415, 422, 503),
        examples=(
            request_example("To InProgress", examples.NEW_STATUS),
            answer_example("Moved", examples.STATUS, 200),
            answer_example("Not allowed", examples.STATUS_NOT_ALLOWED, 409),
        ),
    )
    @action(detail=True, methods=["post"], url_path="status")
    def change_status(self, request: Request, number: str) -> Response:
        data = read(NewStatusSerializer, request.data)
        seconds = seconds_to_wait(request)
        order = self.order()
        version = data.pop("version", None)
        run = orders.change_status(order, **data, expected_version=version, actor=self.actor)
        if seconds is None or run is None:
            return Response(_moved(order, run))
        ended = has_ended(run, seconds)
        order.refresh_from_db(fields=["status", "version"])
        run.refresh_from_db(fields=["state"])
        return run_answer(request, run, {**_moved(order, run), "run_state": run.state}, ended=ended)


def _moved(order: Order, run: WorkflowRun | None) -> dict[str, Any]:
    moved = {"number": order.number, "status": order.status, "version": order.version}
    return {**moved, "run_id": run.pk if run else None, "run_state": None}


def _parts() -> tuple[Prefetch, ...]:
    """What an order's document needs, in a fixed number of statements."""
    active = OrderError.objects.filter(status=ErrorStatus.ACTIVE).order_by("id")
    return (
        Prefetch("lines", OrderLine.objects.order_by("number")),
        Prefetch("errors", active, to_attr="active_errors"),
    )


def _filtered(found: QuerySet[Order], query: dict[str, Any]) -> QuerySet[Order]:
    exact: dict[str, Any] = {
        name: query[name] for name in ("status", "order_type", "number") if name in query
    }
    if "market" in query:
        exact["market__code__iexact"] = query["market"]
    if "modified_since" in query:
        exact["modified_at__gte"] = query["modified_since"]
    found = found.filter(**exact)
    return lookups.with_external_id(found, query["external_id"]) if "external_id" in query else found


def _all_that_is_wrong(shape: ValidationError, body: Any) -> Problem:
    """Errors of shape and of meaning in one answer, so that the caller need not mend one to see the other."""
    problem = as_problem(shape)
    told = {error.field for error in problem.errors}
    if isinstance(body, dict):
        found = Problem.of_fields(orders.check_order(body)).errors
        problem.errors += [error for error in found if error.field not in told]
    return problem
