"""The draft of an order type: its statuses in order, and the steps of each. Only what is published runs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from connectors.models import Publishable
from tenants.scoping import TenantModel, scoped_history
from workflows.scopes import WORDS

CONDITIONS = ("Success", "Error", "Warning")

#: What a step may be enabled or disabled for; the fields are enabled_for_markets, disabled_for_markets and so on.
PLACES = tuple(WORDS)


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
    next_status = models.CharField(
        "Next status",
        max_length=80,
        blank=True,
        help_text="Orders go on to it by themselves once all steps here have ended without an error.",
    )
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


class StepGroup(TenantModel):
    """Steps that several statuses share. Each order type that uses it publishes a copy of them with its chart."""

    name = models.CharField(max_length=80)
    stop_on_error = models.BooleanField(
        "StopOnError",
        default=False,
        help_text="Decides for all steps of the group. On: when one fails, the rest of the run is skipped.",
    )

    history = scoped_history()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="step_group_name",
                violation_error_message="Another step group has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


def _names(words: str, help_text: str = "") -> Any:
    return models.JSONField(words, default=list, blank=True, validators=[validate_names], help_text=help_text)


class StepFields(TenantModel):
    """What steps of statuses and of groups have in common.

    `connector` is a Connector's Name or Type; `connector_id` picks one of several that share it. Of the lists that say
    where a step runs, an empty one means everywhere, and a disabled one wins.
    """

    position = models.PositiveIntegerField("order", default=0)
    name = models.CharField(max_length=80)
    connector = models.CharField(max_length=80, blank=True)
    connector_id = models.CharField("ConnectorId", max_length=80, blank=True)
    active = models.BooleanField(default=True)
    error_status = models.CharField(
        "ErrorStatus", max_length=80, blank=True, help_text="Status to take when this step stops the run."
    )
    next_status = models.CharField(
        "Next status",
        max_length=80,
        blank=True,
        help_text="Status to go to after the run, when this step succeeded and no step failed.",
    )
    properties = models.JSONField(default=dict, blank=True, validators=[validate_properties])
    conditions = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_conditions],
        help_text="Run only after earlier steps that ended so; empty runs always.",
    )
    is_invisible = models.BooleanField(
        "invisible",
        default=False,
        help_text="Runs, but staff see its result only when it fails or on request.",
    )
    per_shipment = models.BooleanField(
        "per shipment", default=False, help_text="Runs once for each shipment of the order."
    )
    enabled_for_markets = _names("enabled for markets")
    disabled_for_markets = _names("disabled for markets")
    enabled_for_stores = _names("enabled for stores")
    disabled_for_stores = _names("disabled for stores")
    enabled_for_warehouses = _names("enabled for warehouses", "Where shipments of the order are sent from.")
    disabled_for_warehouses = _names("disabled for warehouses")
    enabled_for_shipment_options = _names("enabled for shipment options")
    disabled_for_shipment_options = _names("disabled for shipment options")
    enabled_for_tags = _names("enabled for tags", "Names with commas; the order has at least one of them.")
    disabled_for_tags = _names("disabled for tags", "Names with commas; the order has none of them.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class WorkflowStep(StepFields):
    """One step of a status, or a step group in its place; what such a row says holds for all steps of the group."""

    status = models.ForeignKey(OrderStatus, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=80, blank=True)
    group = models.ForeignKey(
        StepGroup,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="uses",
        verbose_name="step group",
    )
    stop_on_error = models.BooleanField(
        "StopOnError",
        default=False,
        help_text="Off: a failure is logged as an error and the next step runs. On: the rest is skipped.",
    )

    history = scoped_history()

    class Meta:
        ordering = ["status", "position", "id"]

    def __str__(self) -> str:
        return self.name or (f"Group {self.group}" if self.group_id else "")

    def clean(self) -> None:
        super().clean()
        if bool(self.name) == bool(self.group_id):
            raise ValidationError({"name": "Choose a step or a step group."})


class GroupStep(StepFields):
    """One step of a step group, whose StopOnError holds for it."""

    group = models.ForeignKey(StepGroup, on_delete=models.CASCADE, related_name="steps")

    history = scoped_history()

    class Meta:
        ordering = ["group", "position", "id"]
