"""Order types as published documents, which `workflows.chart` compiles, and back to rows of a draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models

from connectors.publishing import register
from connectors.references import register_references
from connectors.runtime import register_compiler
from connectors.validation import register_codes
from workflows.chart import KIND, SCHEMA_VERSION, compile_chart
from workflows.models import OrderStatus, OrderType, WorkflowStep
from workflows.step_uses import uses

_TYPE_FIELDS = ("name", "is_default", "disable_workflow")
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


def connect() -> None:
    """Make order types publishable, tell whom their steps use; called once, when the app is ready."""
    register(
        KIND,
        OrderType,
        to_document,
        rows=rows,
        parts=(OrderStatus, WorkflowStep),
        labels={"statuses": "Statuses", "steps": "Steps"},
        schema_version=SCHEMA_VERSION,
        restore=restore,
    )
    register_compiler(KIND, compile_chart)
    register_references(uses)
    register_codes("OrderStatus", lambda: OrderStatus.objects.values_list("name", flat=True))


def to_document(order_type: OrderType) -> dict[str, Any]:
    """Statuses and steps in their order; positions are not kept, so that gaps in them change nothing."""
    return {
        **{name: getattr(order_type, name) for name in _TYPE_FIELDS},
        "statuses": [status_document(status) for status in _statuses(order_type)],
    }


def status_document(status: OrderStatus) -> dict[str, Any]:
    """One status with its steps."""
    values = {name: getattr(status, name) for name in _STATUS_FIELDS}
    steps = [step_document(step) for step in _sorted(status.steps.all())]
    # Said only where it is off: what was published before there was a switch stays the same.
    return {**values, **({} if status.active else {"active": False}), "steps": steps}


def step_document(step: WorkflowStep) -> dict[str, Any]:
    return {name: getattr(step, name) for name in _STEP_FIELDS}


def rows(order_type: OrderType) -> Iterator[models.Model]:
    """The rows whose history a publication refers to."""
    for status in _statuses(order_type):
        yield status
        yield from status.steps.all()


def restore(order_type: OrderType, document: Mapping[str, Any], user: Any) -> None:
    """Rewrite the draft with its statuses and steps; rows that are the same are not touched.

    Statuses are known by their name, steps by their place. Raises ValidationError when another order type has taken
    the name or become the default since.
    """
    _write(order_type, {name: document.get(name, False) for name in _TYPE_FIELDS})
    wanted = document["statuses"]
    present = {status.name.casefold(): status for status in _statuses(order_type)}
    in_order = list(present) == [values["name"].casefold() for values in wanted]
    for position, values in enumerate(wanted, start=1):
        status = present.pop(values["name"].casefold(), None) or OrderStatus(order_type=order_type)
        place = {} if in_order else {"position": position}
        _write(status, {**_values(OrderStatus, (*_STATUS_FIELDS, "active"), values), **place})
        _restore_steps(status, values.get("steps", ()))
    for status in present.values():
        status.delete()


def _statuses(order_type: OrderType) -> list[OrderStatus]:
    """A list of order types has prefetched them."""
    prefetched = "statuses" in getattr(order_type, "_prefetched_objects_cache", {})
    found = order_type.statuses.all() if prefetched else order_type.statuses.prefetch_related("steps")
    return _sorted(found)


def _sorted(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.position, row.pk))


def _restore_steps(status: OrderStatus, wanted: Sequence[Mapping[str, Any]]) -> None:
    present = _sorted(status.steps.all())
    for place, values in enumerate(wanted):
        after = present[place - 1].position + 1 if place else 1
        if place == len(present):
            present.append(WorkflowStep(status=status, position=after))
        _write(present[place], _values(WorkflowStep, _STEP_FIELDS, values))
    for step in present[len(wanted) :]:
        step.delete()


def _values(model: type[models.Model], names: Iterable[str], document: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that a document of earlier days lacks take their default."""
    defaults = {name: model._meta.get_field(name).get_default() for name in names}  # type: ignore[union-attr]
    return {name: document.get(name, defaults[name]) for name in names}


def _write(row: models.Model, values: Mapping[str, Any]) -> None:
    if row.pk is not None and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, OrderType):
        row.validate_constraints()
    row.save()
