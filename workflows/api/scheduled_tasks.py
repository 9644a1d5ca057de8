"""Scheduled tasks: what is done again and again, how it went, and Run now."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import Pagination, StrictSerializer, read, show
from tenants.apikit.describing import FIELDS, IDEMPOTENCY, describe
from tenants.apikit.queries import NoQuerySerializer, read_query, wanted_fields
from tenants.personal import shown
from workflows.api.listing import ListApi
from workflows.api.problems import as_problem
from workflows.models import ScheduledRun, ScheduledTask
from workflows.problems import NotFound, NotPossible
from workflows.schedules.ticker import AlreadyRunning, NoFullCompare, run_now

TAG = "Scheduled tasks"
_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH, description="Id of the task.")


class ScheduledTaskSerializer(serializers.ModelSerializer):
    """`problem` says why the schedule cannot be read. Times are in UTC."""

    connector = serializers.CharField(
        source="connector.display_name", default="", help_text="Empty for none."
    )
    last_error = serializers.SerializerMethodField()

    class Meta:
        model = ScheduledTask
        fields = [
            "id",
            "name",
            "type",
            "cron",
            "time_zone",
            "connector",
            "active",
            "next_due_at",
            "problem",
            "succeeded_at",
            "last_error",
            "last_error_at",
        ]

    def get_last_error(self, task: ScheduledTask) -> str:
        return str(shown(task.last_error))


class ScheduledRunSerializer(serializers.ModelSerializer):
    """`counts` are what was read, created and so on, by name; `total` is how many items there are to go through."""

    counts = serializers.DictField(child=serializers.IntegerField())
    message = serializers.SerializerMethodField()

    class Meta:
        model = ScheduledRun
        fields = [
            "id",
            "slot",
            "state",
            "trigger",
            "actor",
            "counts",
            "total",
            "message",
            "pages",
            "created_at",
            "started_at",
            "finished_at",
        ]

    def get_message(self, run: ScheduledRun) -> str:
        return str(shown(run.message))


class TaskQuerySerializer(StrictSerializer):
    name = serializers.CharField(max_length=120, required=False)
    type = serializers.CharField(max_length=80, required=False, help_text="Such as ImportOrders.")
    active = serializers.BooleanField(required=False)


class RunNowSerializer(StrictSerializer):
    """An empty object runs the task as usual."""

    full = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Go through everything and find what is gone; for imports and exports of products, prices and customers.",
    )


@extend_schema_view(
    list=describe(
        "List scheduled tasks",
        tag=TAG,
        parameters=(TaskQuerySerializer, FIELDS),
        answers={200: ScheduledTaskSerializer(many=True)},
        problems=(400,),
    ),
    retrieve=describe(
        "Read a scheduled task",
        tag=TAG,
        parameters=(_ID, FIELDS),
        answers={200: ScheduledTaskSerializer},
        problems=(400, 404),
    ),
)
class ScheduledTaskViewSet(ListApi):
    queryset = ScheduledTask.objects.none()
    serializer_class = ScheduledTaskSerializer
    query_serializer = TaskQuerySerializer
    pagination_class = Pagination
    lookup_value_regex = r"\d{1,18}"
    scopes = {"list": "tasks:read", "retrieve": "tasks:read", "runs": "tasks:read", "run": "tasks:act"}

    def get_queryset(self) -> QuerySet[ScheduledTask]:
        return ScheduledTask.objects.select_related("connector")

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, (AlreadyRunning, NoFullCompare)):
            exc = as_problem(NotPossible(exc.message.rstrip(".")))
        return super().handle_exception(exc)

    def retrieve(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        fields = wanted_fields(ScheduledTaskSerializer, request)
        return Response(show(ScheduledTaskSerializer, self._task(pk), fields))

    @describe(
        "List the runs of a scheduled task",
        tag=TAG,
        description="Newest first.",
        parameters=(_ID, FIELDS),
        answers={200: ScheduledRunSerializer(many=True)},
        problems=(400, 404),
        operation_id="scheduled_tasks_runs_list",
    )
    @action(detail=True, serializer_class=ScheduledRunSerializer)
    def runs(self, request: Request, pk: str) -> Response:
        read_query(NoQuerySerializer, request)
        return self.page(ScheduledRun.objects.filter(task=self._task(pk)))

    @describe(
        "Run a scheduled task now",
        tag=TAG,
        description=(
            "Also one that is switched off. A run that waits to be tried again is tried now; one that is running is "
            "refused with 409. The answer tells of the run; list the task's runs to see how it goes."
        ),
        parameters=(_ID, IDEMPOTENCY),
        request=RunNowSerializer,
        answers={202: ScheduledRunSerializer},
        problems=(400, 404, 409, 413, 415, 422),
    )
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        full = read(RunNowSerializer, request.data)["full"]
        return Response(show(ScheduledRunSerializer, run_now(self._task(pk), self.actor, full=full)), 202)

    def _task(self, pk: str) -> ScheduledTask:
        task = self.get_queryset().filter(pk=int(pk)).first()
        if task is None:
            raise NotFound(f"there is no scheduled task {pk}")
        return task
