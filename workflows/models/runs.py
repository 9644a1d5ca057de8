"""Runs and what drives them: the users' Workflow Results, one lane per order, and the workers that hold lanes."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.scoping import BusyTenantModel


class RunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    SUPERSEDED = "superseded", "Superseded"


OPEN_RUN_STATES = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


class StepState(models.TextChoices):
    PENDING = "pending", "Pending"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    SUCCESS = "success", "Success"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"
    SKIPPED = "skipped", "Skipped"
    POSTPONED = "postponed", "Postponed"


#: Which results staff see without asking for those of invisible steps: a failure is never hidden.
SHOWN_UNASKED = models.Q(is_invisible=False) | models.Q(state__in=[StepState.ERROR, StepState.WAITING])

#: Those with which the run goes on. A postponed step has a time of its own, apart from its run.
FINAL_STEP_STATES = (
    StepState.SUCCESS,
    StepState.WARNING,
    StepState.ERROR,
    StepState.SKIPPED,
    StepState.POSTPONED,
)


class Trigger(models.TextChoices):
    API = "api", "API"
    STAFF = "staff", "Staff"
    WEBHOOK = "webhook", "Webhook"
    SCHEDULE = "schedule", "Scheduled task"
    WORKFLOW = "workflow", "Workflow"


class RunKind(models.TextChoices):
    """Why there is a run: the order entered a status, or somebody asked for it by hand."""

    STATUS = "status", "Status"
    MANUAL = "manual", "Manual act"
    RESUME = "resume", "Resumed"
    RERUN = "rerun", "One step again"
    AGAIN = "again", "Run again"


class WorkflowRun(BusyTenantModel):
    """Steps run once for one order, against the configuration of one generation: those of a status, or an act by hand.

    `next_status` is where a step wants the order to go after it; `depth` counts the automatic transitions that led here.
    `label` says what an act by hand does; `continues` is the run that it takes up; `token` makes one act of a form that
    is sent twice.
    """

    # Every change of a row is written into each of its table's indexes, so what begins one of those below has no more.
    order = models.ForeignKey(
        "workflows.Order", on_delete=models.CASCADE, related_name="runs", db_index=False
    )
    order_type = models.CharField(max_length=80)
    status = models.CharField(max_length=80)
    generation = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=8, choices=RunKind.choices, default=RunKind.STATUS)
    label = models.CharField("act", max_length=200, blank=True)
    continues = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="continued_by", db_index=False
    )
    token = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.QUEUED)
    trigger = models.CharField(max_length=12, choices=Trigger.choices)
    actor = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    message = models.TextField(blank=True)
    cancels = models.BooleanField(default=False)
    next_status = models.CharField(max_length=80, blank=True)
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        verbose_name = "workflow result"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "token"], name="run_token", condition=~models.Q(token="")
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["order", "id"], name="run_by_order"),
            models.Index(fields=["tenant", "-id"], name="run_newest"),
            models.Index(fields=["tenant", "-created_at"], name="run_by_time"),
            models.Index(
                fields=["tenant", "-id"], name="run_stopped", condition=models.Q(state=RunState.STOPPED)
            ),
            models.Index(
                fields=["continues"], name="run_continued", condition=models.Q(continues__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label or self.status} #{self.pk}"

    @property
    def by_hand(self) -> bool:
        return self.kind != RunKind.STATUS

    @property
    def title(self) -> str:
        return self.label or f"Workflow of {self.status}"


class StepRun(BusyTenantModel):
    """One step of a run. `due_at` is when it is tried next; on an ended Error or a postponed step that is apart from the
    run.

    `shipment` is the reference of the one that it ran for, of a step that runs once for each shipment. `settings` are
    the properties and the like of a step that is not read from the chart. `act_id` is the step run whose act this one
    goes on with (null: an act of its own): what succeeded of it is never done again. `repeats_id` is the step run whose
    error this one solves when it succeeds.
    """

    run = models.ForeignKey(WorkflowRun, on_delete=models.CASCADE, related_name="steps", db_index=False)
    # The run's row vouches for the order.
    order = models.ForeignKey(
        "workflows.Order", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    connector = models.CharField(max_length=80, blank=True)
    connector_id = models.CharField(max_length=80, blank=True)
    stop_on_error = models.BooleanField(default=False)
    is_invisible = models.BooleanField("invisible", default=False)
    shipment = models.CharField(max_length=64, blank=True)
    settings = models.JSONField(null=True, blank=True)
    act_id = models.BigIntegerField(null=True, blank=True)
    repeats_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.PENDING)
    message = models.TextField(blank=True)
    rule = models.CharField(max_length=20, blank=True)
    trace = models.JSONField(default=list, blank=True)
    connector_name = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    settle_only = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    retry_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["run", "position", "id"]
        verbose_name = "step result"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "position", "shipment"], name="step_run_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["order", "due_at"], name="step_retry", condition=models.Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Lane(BusyTenantModel):
    """One order, one line: whoever holds an order's lane is the only one that may call out for it.

    `due_at` is when somebody should look (null: nothing to do). `bell` counts wake-ups, so that a look that began
    before the last one never clears it. `fence` grows with every claim; completion needs the fence it was claimed with.
    `waits_for` is the connector whose share of the slots was taken when the order was last looked at.
    """

    order = models.OneToOneField(
        "workflows.Order", on_delete=models.CASCADE, primary_key=True, related_name="lane"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    bell = models.PositiveBigIntegerField(default=0)
    waits_for = models.BigIntegerField(null=True, blank=True)
    claimed_by = models.UUIDField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="lane_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["tenant", "due_at"],
                name="lane_due_of_tenant",
                condition=models.Q(due_at__isnull=False, waits_for__isnull=True),
            ),
            models.Index(
                fields=["waits_for", "due_at"],
                name="lane_waits_for",
                condition=models.Q(due_at__isnull=False, waits_for__isnull=False),
            ),
            models.Index(
                fields=["claimed_by"], name="lane_claimed", condition=models.Q(claimed_by__isnull=False)
            ),
        ]


class Worker(models.Model):
    """One pump slice. It is dead once its last heartbeat is older than CROSSDOCK_WORKER_DEAD_AFTER seconds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField(db_index=True)
    listening_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
