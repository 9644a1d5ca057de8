"""Publishes order types: from the draft's rows to the document that `workflows.chart` compiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from connectors.publishing import register
from connectors.runtime import register_compiler
from workflows.chart import KIND, SCHEMA_VERSION, compile_chart, suggest
from workflows.models import OrderStatus, OrderType, WorkflowStep

_STATUS_FIELDS = ("name", "display_name", "allowed_next", "is_canceled", "is_completed")
_STEP_FIELDS = (
    "name",
    "connector",
    "connector_id",
    "stop_on_error",
    "active",
    "error_status",
    "properties",
    "conditions",
)


def to_document(order_type: OrderType) -> dict[str, Any]:
    """Statuses and steps in their order; positions are not kept, so that gaps in them change nothing.

    Raises ValidationError for a chart that no order could follow.
    """
    document = _document(order_type)
    found = problems(document)
    if found:
        raise ValidationError(found)
    return document


def problems(document: dict[str, Any]) -> list[str]:
    """What makes a chart unusable, each with its place and the cure."""
    statuses = document["statuses"]
    names = [status["name"] for status in statuses]
    if not names:
        return [f"Order type {document['name']} has no status; add one."]
    return [
        f"Status {status['name']}: {what} {name!r} is no status of this type; {suggest(name, names)}"
        for status in statuses
        for what, name in _references(status)
        if name not in names
    ]


def _references(status: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in status["allowed_next"]:
        yield "the allowed next status", name
    for step in status["steps"]:
        if step["error_status"]:
            yield f"the ErrorStatus of {step['name']}", step["error_status"]


def _document(order_type: OrderType) -> dict[str, Any]:
    return {
        "name": order_type.name,
        "is_default": order_type.is_default,
        "disable_workflow": order_type.disable_workflow,
        "statuses": [_status(status) for status in _statuses(order_type)],
    }


def rows(order_type: OrderType) -> Iterator[models.Model]:
    """The rows whose history a publication refers to."""
    for status in _statuses(order_type):
        yield status
        yield from status.steps.all()


def connect() -> None:
    """Make order types publishable; called once, when the app is ready."""
    register(KIND, OrderType, to_document, rows=rows, schema_version=SCHEMA_VERSION)
    register_compiler(KIND, compile_chart)


def _statuses(order_type: OrderType) -> models.QuerySet[OrderStatus]:
    steps = models.Prefetch("steps", WorkflowStep.objects.order_by("position", "id"))
    return order_type.statuses.order_by("position", "id").prefetch_related(steps)


def _status(status: OrderStatus) -> dict[str, Any]:
    values = {name: getattr(status, name) for name in _STATUS_FIELDS}
    return {**values, "steps": [_step(step) for step in status.steps.all()]}


def _step(step: WorkflowStep) -> dict[str, Any]:
    return {name: getattr(step, name) for name in _STEP_FIELDS}
