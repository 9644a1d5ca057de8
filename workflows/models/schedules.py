"""Scheduled tasks and their runs. A slot is run once: the constraints decide that, whoever inserts it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from connectors.models import Connector
from tenants.scoping import TenantModel, scoped_history
from workflows.models.chart import validate_properties
from workflows.schedules.cron import ScheduleError, check_cron, next_slot, time_zone

#: Columns that runs and the ticker write.
PROGRESS = frozenset({"cursor", "next_due_at", "problem", "succeeded_at", "last_error", "last_error_at"})


class ScheduledTask(TenantModel):
    """What is done again and again. `cursor` is how far it has got, in the words of whoever is asked.

    `next_due_at` is the next slot; empty while the task is off or its schedule cannot be read (`problem`).
    """

    name = models.CharField(max_length=120)
    type = models.CharField("Type", max_length=80, help_text="What is done, such as ImportOrders.")
    cron = models.CharField(
        "Schedule",
        max_length=120,
        help_text='Minute, hour, day of month, month, day of week, such as "*/10 * * * *" or "30 3 * * *".',
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="In which the schedule is read, such as Europe/Oslo."
    )
    connector = models.ForeignKey(
        Connector, null=True, blank=True, on_delete=models.PROTECT, related_name="scheduled_tasks"
    )
    properties = models.JSONField(default=dict, blank=True, validators=[validate_properties])
    active = models.BooleanField(default=True)
    cursor = models.TextField(
        blank=True, help_text="Where the next run goes on; empty starts from the beginning."
    )
    next_due_at = models.DateTimeField("next run", null=True, blank=True, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)
    succeeded_at = models.DateTimeField("last success", null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, blank=True, editable=False)

    history = scoped_history(excluded_fields=sorted(PROGRESS))

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="scheduled_task_name",
                violation_error_message="Another scheduled task has this name.",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"],
                name="scheduled_task_due",
                condition=models.Q(active=True, next_due_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Schedule, time zone, type, connector and properties, each refused at its field with the cure."""
        super().clean()
        from workflows.schedules.checks import problems_of

        self.cron = " ".join(self.cron.split())
        errors: dict[str, list[str]] = {}
        for field, check in (("cron", check_cron), ("time_zone", time_zone)):
            try:
                check(getattr(self, field))
            except ScheduleError as error:
                errors[field] = [str(error)]
        for field, text in problems_of(self):
            errors.setdefault(field, []).append(text)
        if errors:
            raise ValidationError(errors)

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Any:
        row = super().from_db(*args, **options)
        if not row.get_deferred_fields():
            row._read_schedule = row._schedule()
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new or changed schedule counts from now on; one that did not change keeps the slot it owes.

        What runs write, such as the cursor, is written only where `update_fields` names it: this copy may be old.
        """
        changed = self._state.adding or getattr(self, "_read_schedule", None) != self._schedule()
        if changed:
            self.plan_next()
        if not self._state.adding and not kwargs.get("force_insert"):
            names = set(kwargs.get("update_fields") or _names(self) - PROGRESS)
            kwargs["update_fields"] = names | ({"next_due_at", "problem"} if changed else set())
        super().save(*args, **kwargs)
        self._read_schedule = self._schedule()

    def _schedule(self) -> tuple[str, str, bool]:
        return self.cron, self.time_zone, self.active

    def plan_next(self, after: Any = None) -> None:
        """Set the next slot after that time. A schedule that cannot be read stops only its own task."""
        self.next_due_at, self.problem = None, ""
        if not self.active:
            return
        try:
            self.next_due_at = next_slot(self.cron, self.time_zone, after or timezone.now())
        except ScheduleError as error:
            self.problem = str(error)[:300]


class ScheduledRun(TenantModel):
    """One slot of a task, or one press of Run now.

    `claimed_by` is the worker's slice that has it, `heartbeat_at` its last sign of life, `fence` counts claims: what
    comes back needs the fence it was claimed with. `pending` is what was on the wire when a write was begun. `total` is
    how many items there are to go through, where that is known. `waymark` is a checksum of a cursor that the run has come
    by, which shows when the vendor's pages lead back there.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", "Schedule"
        MANUAL = "manual", "Run now"

    OPEN = (State.QUEUED, State.RUNNING)

    task = models.ForeignKey(ScheduledTask, on_delete=models.CASCADE, related_name="runs")
    slot = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    trigger = models.CharField(max_length=10, choices=Trigger, default=Trigger.SCHEDULE)
    actor = models.CharField(max_length=150, blank=True)
    due_at = models.DateTimeField("due", null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    total = models.PositiveIntegerField(null=True, blank=True)
    message = models.TextField(blank=True)
    cursor_before = models.TextField(blank=True)
    cursor_after = models.TextField(blank=True)
    waymark = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    pages = models.PositiveIntegerField(default=0)
    pending = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    claimed_by = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField("created", auto_now_add=True)
    started_at = models.DateTimeField("started", null=True, blank=True)
    finished_at = models.DateTimeField("finished", null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "run of a scheduled task"
        verbose_name_plural = "runs of scheduled tasks"
        constraints = [
            models.UniqueConstraint(fields=["task", "slot"], name="scheduled_run_slot"),
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(state__in=["queued", "running"]),
                name="scheduled_run_no_overlap",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="scheduled_run_due",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(fields=["tenant", "-id"], name="scheduled_run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.slot:%Y-%m-%d %H:%M}"


def _names(row: models.Model) -> set[str]:
    return {field.name for field in row._meta.concrete_fields if not field.primary_key}
