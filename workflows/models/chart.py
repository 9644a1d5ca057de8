"""The draft of an order type: its statuses in order, and the steps of each. Only what is published runs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from connectors.models import Publishable
from tenants.scoping import TenantModel, scoped_history

CONDITIONS = ("Success", "Error", "Warning")


def validate_names(value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValidationError('Use a list of names, such as ["InProgress", "OrderCanceled"].')


def validate_conditions(value: Any) -> None:
    if not isinstance(value, list) or not all(item in CONDITIONS for item in value):
        raise ValidationError('Use a list of Success, Error and Warning, such as ["Success"].')


def validate_properties(value: Any) -> None:
    """Names and values; an object as value is a key group, as in {"RequestHeaders": {"X-Source": "b2b"}}."""
    if not isinstance(value, dict) or not all(_is_property(item) for item in value.values()):
        raise ValidationError('Use names and values, such as {"Url": "https://erp.example/in"}.')


def _is_property(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(item) for item in value.values())
    return _is_plain(value)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


class OrderType(Publishable):
    """The draft. `live` is the publication that runs; none means that no order may use the type yet."""

    name = models.CharField(max_length=80)
    is_default = models.BooleanField("default", default=False, help_text="The type of orders that name none.")
    disable_workflow = models.BooleanField(
        default=False, help_text="Status changes run no steps while this is published."
    )

    history = scoped_history(excluded_fields=["live"])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="order_type_name",
                violation_error_message="Another order type has this name.",
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(is_default=True),
                name="order_type_default",
                violation_error_message="Another order type is the default; switch that off first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrderStatus(TenantModel):
    order_type = models.ForeignKey(OrderType, on_delete=models.CASCADE, related_name="statuses")
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField("order", default=0)
    display_name = models.CharField(max_length=120, blank=True)
    allowed_next = models.JSONField(
        "allowed next statuses",
        default=list,
        blank=True,
        validators=[validate_names],
        help_text="Names of statuses; empty allows every one.",
    )
    is_canceled = models.BooleanField("canceled", default=False, help_text="Orders here are canceled.")
    is_completed = models.BooleanField("completed", default=False, help_text="Orders here are done.")
    active = models.BooleanField(
        default=True, help_text="Off: no order enters this status; those that are in it may leave."
    )

    history = scoped_history()

    class Meta:
        ordering = ["order_type", "position", "id"]
        verbose_name_plural = "order statuses"
        constraints = [
            models.UniqueConstraint(
                "order_type",
                Lower("name"),
                name="order_status_name",
                violation_error_message="This order type already has a status of this name.",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.name


class WorkflowStep(TenantModel):
    """`connector` is a Connector's Name or Type; `connector_id` picks one of several that share it."""

    status = models.ForeignKey(OrderStatus, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField("order", default=0)
    name = models.CharField(max_length=80)
    connector = models.CharField(max_length=80, blank=True)
    connector_id = models.CharField("ConnectorId", max_length=80, blank=True)
    stop_on_error = models.BooleanField(
        "StopOnError",
        default=False,
        help_text="Off: a failure is logged as an error and the next step runs. On: the rest is skipped.",
    )
    active = models.BooleanField(default=True)
    error_status = models.CharField(
        "ErrorStatus", max_length=80, blank=True, help_text="Status to take when this step stops the run."
    )
    properties = models.JSONField(default=dict, blank=True, validators=[validate_properties])
    conditions = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_conditions],
        help_text="Run only after earlier steps that ended so; empty runs always.",
    )

    history = scoped_history()

    class Meta:
        ordering = ["status", "position", "id"]

    def __str__(self) -> str:
        return self.name
