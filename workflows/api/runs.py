"""Workflow Results: what the steps of a status did."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from workflows.api.openapi import NUMBER, describe
from workflows.api.orders import OneOrderApi
from workflows.api.problems import OrderApi
from workflows.models import StepRun, WorkflowRun
from workflows.problems import NotFound

TAG = "Workflow results"
_RUN = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Id of the run.")


class StepRunSerializer(serializers.ModelSerializer):
    """One step of a run. `rule` and `trace` tell how its connector was chosen; times are in UTC.

    `shipment` is the reference of the one that it ran for, of a step that runs once for each shipment.
    """

    trace = serializers.ListField(child=serializers.CharField())
    duration_ms = serializers.IntegerField(allow_null=True, help_text="In milliseconds.")
    due_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried next.")

    class Meta:
        model = StepRun
        fields = [
            "position",
            "name",
            "connector",
            "connector_id",
            "connector_name",
            "rule",
            "trace",
            "stop_on_error",
            "is_invisible",
            "shipment",
            "state",
            "message",
            "attempts",
            "duration_ms",
            "due_at",
            "started_at",
            "finished_at",
        ]


class RunSerializer(serializers.ModelSerializer):
    order = serializers.CharField(source="order.number", help_text="The order's number.")
    steps = StepRunSerializer(many=True)

    class Meta:
        model = WorkflowRun
        fields = [
            "id",
            "order",
            "order_type",
            "status",
            "generation",
            "state",
            "trigger",
            "actor",
            "reason",
            "message",
            "next_status",
            "created_at",
            "started_at",
            "finished_at",
            "steps",
        ]


def _runs() -> QuerySet[WorkflowRun]:
    steps = Prefetch("steps", StepRun.objects.order_by("position", "id"))
    return WorkflowRun.objects.select_related("order").prefetch_related(steps)


@extend_schema_view(
    list=describe(
        "List the runs of an order",
        tag=TAG,
        description="Newest first, each with its steps.",
        parameters=(NUMBER,),
        answers={200: RunSerializer(many=True)},
        problems=(400, 404),
    )
)
class OrderRunViewSet(OneOrderApi):
    queryset = WorkflowRun.objects.none()
    serializer_class = RunSerializer
    scopes = {"list": "orders:read"}

    def get_queryset(self) -> QuerySet[WorkflowRun]:
        return _runs().filter(order=self.order())

    def list(self, request: Request, number: str) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(RunSerializer(page, many=True).data)


@extend_schema_view(
    retrieve=describe(
        "Read a run",
        tag=TAG,
        parameters=(_RUN,),
        answers={200: RunSerializer},
        problems=(404,),
    )
)
class RunViewSet(OrderApi):
    queryset = WorkflowRun.objects.none()
    serializer_class = RunSerializer
    lookup_value_regex = r"\d{1,18}"
    scopes = {"retrieve": "orders:read"}

    def get_queryset(self) -> QuerySet[WorkflowRun]:
        return _runs()

    def retrieve(self, request: Request, pk: str) -> Response:
        run = self.get_queryset().filter(pk=int(pk)).first()
        if run is None:
            raise NotFound(f"there is no run {pk}")
        return Response(RunSerializer(run).data)
