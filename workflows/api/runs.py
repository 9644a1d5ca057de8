"""Workflow Results: what the steps of a status did."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import StrictSerializer, read, show
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields, wants
from workflows import acts
from workflows.api.acting import WAIT, asked_by, has_ended, run_answer, seconds_to_wait
from workflows.api.fields import MomentField
from workflows.api.one_order import OneOrderApi
from workflows.api.openapi import FIELDS, IDEMPOTENCY, NUMBER, describe
from workflows.api.problems import OrderApi
from workflows.by_hand.doing import LONGEST_REASON
from workflows.models import RunKind, RunState, StepRun, WorkflowRun
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
    """`kind` tells whether the order entered a status or somebody acted by hand; `label` what the act was, `continues`
    the run that it took up."""

    order = serializers.CharField(source="order.number", help_text="The order's number.")
    steps = StepRunSerializer(many=True)

    class Meta:
        model = WorkflowRun
        fields = [
            "id",
            "order",
            "order_type",
            "status",
            "kind",
            "label",
            "continues",
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


class RunQuerySerializer(StrictSerializer):
    order = serializers.CharField(max_length=64, required=False, help_text="The order's number.")
    status = serializers.CharField(max_length=80, required=False, help_text="Whose steps ran.")
    state = serializers.ChoiceField(RunState.choices, required=False)
    kind = serializers.ChoiceField(RunKind.choices, required=False)
    since = MomentField(required=False, help_text="Begun at this time or later.")


def _runs(fields: Collection[str] | None = None) -> QuerySet[WorkflowRun]:
    steps = Prefetch("steps", StepRun.objects.order_by("position", "id"))
    runs = WorkflowRun.objects.select_related("order")
    return runs.prefetch_related(steps) if wants(fields, "steps") else runs


@extend_schema_view(
    list=describe(
        "List the runs of an order",
        tag=TAG,
        description="Newest first, each with its steps.",
        parameters=(NUMBER, FIELDS),
        answers={200: RunSerializer(many=True)},
        problems=(400, 404),
    )
)
class OrderRunViewSet(OneOrderApi):
    queryset = WorkflowRun.objects.none()
    serializer_class = RunSerializer
    scopes = {"list": "orders:read"}

    def list(self, request: Request, number: str) -> Response:
        read_query(NoQuerySerializer, request)
        fields = wanted_fields(RunSerializer, request)
        page = self.paginate_queryset(_runs(fields).filter(order=self.order())) or ()
        return self.get_paginated_response([show(RunSerializer, run, fields) for run in page])


class ResumeSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")
    newest = serializers.BooleanField(
        default=False, help_text="Use steps and connectors as published now, not as when the run began."
    )


class AgainSerializer(ResumeSerializer):
    repeat = serializers.BooleanField(
        default=False, help_text="Also do once more what succeeded, such as an export."
    )


def _act(summary: str, description: str, request: type[ResumeSerializer], *more: Any) -> Any:
    return describe(
        summary,
        tag=TAG,
        description=description,
        parameters=(_RUN, *more, IDEMPOTENCY, WAIT),
        request=request,
        answers={200: RunSerializer, 202: RunSerializer},
        problems=(400, 404, 409, 413, 415, 422, 503),
    )


@extend_schema_view(
    list=describe(
        "List runs",
        tag=TAG,
        description="Of all orders, newest first, each with its steps.",
        parameters=(RunQuerySerializer, FIELDS),
        answers={200: RunSerializer(many=True)},
        problems=(400,),
    ),
    retrieve=describe(
        "Read a run",
        tag=TAG,
        parameters=(_RUN, FIELDS),
        answers={200: RunSerializer},
        problems=(400, 404),
    ),
)
class RunViewSet(OrderApi):
    queryset = WorkflowRun.objects.none()
    serializer_class = RunSerializer
    lookup_value_regex = r"\d{1,18}"
    scopes = {
        "list": "orders:read",
        "retrieve": "orders:read",
        "resume": "orders:act",
        "again": "orders:act",
        "rerun": "orders:act",
    }

    def get_queryset(self) -> QuerySet[WorkflowRun]:
        return _runs()

    def list(self, request: Request) -> Response:
        query, fields = read_query(RunQuerySerializer, request), wanted_fields(RunSerializer, request)
        named = {"order": "order__number", "since": "created_at__gte"}
        runs = _runs(fields).filter(**{named.get(name, name): value for name, value in query.items()})
        page = self.paginate_queryset(runs) or ()
        return self.get_paginated_response([show(RunSerializer, run, fields) for run in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        return Response(show(RunSerializer, self._run(pk), wanted_fields(RunSerializer, request)))

    @_act(
        "Resume a run from its failed step",
        "What succeeded stays done; the failed steps and those after them run, as a run of their own. A run that only "
        "waits to be tried again is tried at once. A run is resumed once: then its follower is resumed.",
        ResumeSerializer,
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        data = read(ResumeSerializer, request.data)
        asked = asked_by(request, self.actor, data["reason"])
        run = self._run(pk)
        return self._answer(request, lambda: acts.resume(run, asked, newest=data["newest"]))

    @_act(
        "Run all steps of a run again",
        "Without `repeat` every step goes on with what it did before, so that nothing that succeeded happens twice.",
        AgainSerializer,
    )
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        data, run = read(AgainSerializer, request.data), self._run(pk)
        asked = asked_by(request, self.actor, data["reason"])
        how = {"newest": data["newest"], "repeat": data["repeat"]}
        return self._answer(request, lambda: acts.run_again(run.order, asked, run=run, **how))

    @_act(
        "Run one step of a run again",
        "Whatever its conditions say. A step that succeeded is refused with 409 unless `repeat` is given.",
        AgainSerializer,
        OpenApiParameter(
            "position", OpenApiTypes.INT, OpenApiParameter.PATH, description="Place of the step."
        ),
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<position>\d{1,9})/rerun")
    def rerun(self, request: Request, pk: str, position: str) -> Response:
        data, run = read(AgainSerializer, request.data), self._run(pk)
        step = next((row for row in run.steps.all() if row.position == int(position)), None)
        if step is None:
            raise NotFound(f"run {pk} has no step {position}")
        asked = asked_by(request, self.actor, data["reason"])
        how = {"newest": data["newest"], "repeat": data["repeat"]}
        return self._answer(request, lambda: acts.rerun_step(step, asked, **how))

    def _run(self, pk: str) -> WorkflowRun:
        run = self.get_queryset().filter(pk=int(pk)).first()
        if run is None:
            raise NotFound(f"there is no run {pk}")
        return run

    def _answer(self, request: Request, do: Callable[[], acts.Act]) -> Response:
        seconds = seconds_to_wait(request)
        run = do().run
        ended = has_ended(run, seconds)
        return run_answer(request, run, run_document(run.pk), ended=ended)


def run_document(run_id: int) -> dict[str, Any]:
    """The run as it stands now, with its steps."""
    return show(RunSerializer, _runs().get(pk=run_id))
