"""Orders: place, read, change and move them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from drf_spectacular.utils import extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import ValidationError

from tenants.apikit import FieldError, Problem, read, show
from tenants.apikit.bulk import Refused, bulk_answer, read_items
from tenants.apikit.problems import as_problem
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields
from workflows import orders, problems
from workflows.api import order_descriptions as described
from workflows.api.acting import has_ended, run_answer, seconds_to_wait
from workflows.api.listing import BulkApi, ChangesPagination
from workflows.api.one_order import (
    NUMBER_PATTERN,
    OneOrderApi,
    etag,
    expected_version,
    know_lines,
    parts,
    with_parts,
)
from workflows.api.order_change_serializers import (
    MOST_ORDERS,
    OrderChangeSerializer,
    OrderRowSerializer,
    TagsSerializer,
)
from workflows.api.order_queries import narrowed
from workflows.api.order_serializers import (
    NewOrderSerializer,
    NewStatusSerializer,
    OrderQuerySerializer,
    OrderSerializer,
)
from workflows.api.problems import as_problem as as_order_problem
from workflows.models import Order, WorkflowRun
from workflows.numbers import next_number
from workflows.problems import NotFound


@extend_schema_view(
    list=described.LIST, retrieve=described.READ, create=described.PLACE, partial_update=described.PATCH
)
class OrderViewSet(BulkApi, OneOrderApi):
    queryset = Order.objects.none()
    serializer_class = OrderSerializer
    pagination_class = ChangesPagination
    lookup_field = "number"
    lookup_value_regex = NUMBER_PATTERN
    scopes = {
        "list": "orders:read",
        "retrieve": "orders:read",
        "create": "orders:write",
        "bulk": "orders:write",
        "partial_update": "orders:write",
        "tags": "orders:write",
        "change_status": "orders:write",
    }

    def get_queryset(self) -> QuerySet[Order]:
        return Order.objects.all()

    def list(self, request: Request) -> Response:
        query, fields = read_query(OrderQuerySerializer, request), wanted_fields(OrderSerializer, request)
        page = self.paginate_queryset(narrowed(with_parts(self.get_queryset(), fields), query)) or ()
        return self.get_paginated_response([show(OrderSerializer, order, fields) for order in page])

    def retrieve(self, request: Request, number: str) -> Response:
        read_query(NoQuerySerializer, request)
        fields = wanted_fields(OrderSerializer, request)
        order = with_parts(self.get_queryset(), fields).filter(number=number).first()
        if order is None:
            raise NotFound(f"there is no order {number}")
        return Response(show(OrderSerializer, order, fields), headers=etag(order.version))

    def create(self, request: Request) -> Response:
        data = _read(NewOrderSerializer, request.data)
        run_workflow, before = data.pop("run_workflow"), self.drawn_before
        placed = orders.placed_as(before) if before else None
        order, run, lines = placed or orders.place_order(
            data, actor=self.actor, run_workflow=run_workflow, draw=self._draw
        )
        know_lines(order, lines)
        prefetch_related_objects([order], *parts())
        where = reverse("order-detail", args=[order.number], request=request)
        answer = {**show(OrderSerializer, order), "run_id": run.pk if run else None}
        return Response(answer, 201, headers={"Location": where, **etag(order.version)})

    def _draw(self, tenant_id: int) -> str:
        """Noted before it is used, so that the request places nothing twice when it is sent again without an answer."""
        number = next_number(tenant_id)
        self.note(number)
        return number

    @described.BULK
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        results: dict[int, dict[str, Any]] = {}
        refused: Refused = {}
        for index, item in enumerate(read_items(request.data, MOST_ORDERS)):
            try:
                results[index] = self._place_row(item)
            except problems.OrderProblem as error:
                refused[index] = _of_row(as_order_problem(error))
            except Problem as problem:
                refused[index] = _of_row(problem)
        answer = bulk_answer(results, refused)
        for row in answer["results"]:
            row.setdefault("number", None)
            row.setdefault("run_id", None)
        return Response(answer)

    def _place_row(self, item: Any) -> dict[str, Any]:
        data = _read(OrderRowSerializer, item)
        run_workflow = data.pop("run_workflow")
        order, run, _ = orders.place_order(data, actor=self.actor, run_workflow=run_workflow)
        return {"outcome": "created", "number": order.number, "run_id": run.pk if run else None}

    def partial_update(self, request: Request, number: str) -> Response:
        changes = read(OrderChangeSerializer, request.data)
        expected = expected_version(request, changes.pop("version", None))
        return self._changed(
            orders.patch_order(self.order(), changes, actor=self.actor, expected_version=expected)
        )

    @described.TAGS
    @action(detail=True, methods=["post"])
    def tags(self, request: Request, number: str) -> Response:
        wanted = read(TagsSerializer, request.data)
        return self._changed(orders.change_tags(self.order(), **wanted, actor=self.actor))

    def _changed(self, order: Order) -> Response:
        prefetch_related_objects([order], "market", "store", *parts())
        return Response(show(OrderSerializer, order), headers=etag(order.version))

    @described.STATUS
    @action(detail=True, methods=["post"], url_path="status")
    def change_status(self, request: Request, number: str) -> Response:
        data = read(NewStatusSerializer, request.data)
        seconds = seconds_to_wait(request)
        version = expected_version(request, data.pop("version", None))
        order, run = orders.move_order(number, **data, expected_version=version, actor=self.actor)
        if seconds is None or run is None:
            return Response(_moved(order, run))
        ended = has_ended(run, seconds)
        order.refresh_from_db(fields=["status", "version"])
        run.refresh_from_db(fields=["state"])
        return run_answer(request, run, {**_moved(order, run), "run_state": run.state}, ended=ended)


def _moved(order: Order, run: WorkflowRun | None) -> dict[str, Any]:
    moved = {"number": order.number, "status": order.status, "version": order.version}
    return {**moved, "run_id": run.pk if run else None, "run_state": None}


def _read(kind: type[NewOrderSerializer], body: Any) -> dict[str, Any]:
    """Errors of shape and of meaning in one answer, so that the caller need not mend one to see the other."""
    try:
        return read(kind, body)
    except ValidationError as error:
        problem = as_problem(error)
    told = {error.field for error in problem.errors}
    if isinstance(body, dict):
        found = Problem.of_fields(orders.check_order(body)).errors
        problem.errors += [error for error in found if error.field not in told]
    raise problem


def _of_row(problem: Problem) -> list[FieldError]:
    return problem.errors or [FieldError("", problem.text)]
