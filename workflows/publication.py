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
from workflows.models import GroupStep, OrderStatus, OrderType, StepGroup, WorkflowStep
from workflows.models.chart import PLACES
from workflows.step_uses import uses

_TYPE_FIELDS = ("name", "is_default", "disable_workflow")
_STATUS_FIELDS = ("name", "display_name", "allowed_next", "is_canceled", "is_completed")
_STEP_FIELDS = ("name", "connector", "connector_id", "active", "error_status", "properties", "conditions")
#: Fields that stand in a document only where they say something, so that charts without them read as ever.
_STATUS_EXTRAS = ("next_status",)
_STEP_EXTRAS = (
    "next_status",
    "is_invisible",
    "per_shipment",
    *(f"{word}_for_{place}" for place in PLACES for word in ("enabled", "disabled")),
)
#: What a restored step of a status takes over.
_ROW_FIELDS = (*_STEP_FIELDS, "stop_on_error", *_STEP_EXTRAS)


def connect() -> None:
    """Make order types publishable, tell whom their steps use; called once, when the app is ready."""
    register(
        KIND,
        OrderType,
        to_document,
        rows=rows,
        parts=(OrderStatus, WorkflowStep),
        labels={"statuses": "Statuses", "steps": "Steps", "group": "Steps of the group"},
        schema_version=SCHEMA_VERSION,
        restore=restore,
    )
    register_compiler(KIND, compile_chart)
    register_references(uses)
    register_codes("OrderStatus", lambda: OrderStatus.objects.values_list("name", flat=True))
    register_codes("OrderType", lambda: OrderType.objects.values_list("name", flat=True))


def to_document(order_type: OrderType) -> dict[str, Any]:
    """Statuses and steps in their order; positions are not kept, so that gaps in them change nothing."""
    return {
        **{name: getattr(order_type, name) for name in _TYPE_FIELDS},
        "statuses": [status_document(status) for status in _statuses(order_type)],
    }


def status_document(status: OrderStatus) -> dict[str, Any]:
    """One status with its steps."""
    steps = [_row_document(step) for step in _sorted(status.steps.all())]
    # Said only where it is off: what was published before there was a switch stays the same.
    switched = {} if status.active else {"active": False}
    return {**_document(status, _STATUS_FIELDS, _STATUS_EXTRAS), **switched, "steps": steps}


def group_document(group: StepGroup) -> dict[str, Any]:
    """A step group with its steps, as order types publish it."""
    steps = [_document(step, _STEP_FIELDS, _STEP_EXTRAS) for step in _sorted(group.steps.all())]
    return {"name": group.name, "stop_on_error": group.stop_on_error, "group": steps}


def _row_document(step: WorkflowStep) -> dict[str, Any]:
    own = {**_document(step, _STEP_FIELDS, _STEP_EXTRAS), "stop_on_error": step.stop_on_error}
    return {**own, **group_document(step.group)} if step.group else own


def _document(row: models.Model, names: Iterable[str], extras: Iterable[str]) -> dict[str, Any]:
    said = [name for name in extras if getattr(row, name)]
    return {name: getattr(row, name) for name in [*names, *said]}


def rows(order_type: OrderType) -> Iterator[models.Model]:
    """The rows whose history a publication refers to."""
    for status in _statuses(order_type):
        yield status
        for step in status.steps.all():
            yield step
            if step.group:
                yield step.group
                yield from step.group.steps.all()


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
        _write(
            status, {**_values(OrderStatus, (*_STATUS_FIELDS, *_STATUS_EXTRAS, "active"), values), **place}
        )
        _restore_steps(status, values.get("steps", ()))
    for status in present.values():
        status.delete()


def _statuses(order_type: OrderType) -> list[OrderStatus]:
    """A list of order types has prefetched them."""
    prefetched = "statuses" in getattr(order_type, "_prefetched_objects_cache", {})
    found = (
        order_type.statuses.all()
        if prefetched
        else order_type.statuses.prefetch_related("steps__group__steps")
    )
    return _sorted(found)


def _sorted(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.position, row.pk))


def _restore_steps(status: OrderStatus, wanted: Sequence[Mapping[str, Any]]) -> None:
    present = _sorted(status.steps.all())
    for place, values in enumerate(wanted):
        after = present[place - 1].position + 1 if place else 1
        if place == len(present):
            present.append(WorkflowStep(status=status, position=after))
        _write(present[place], _step_values(values))
    for step in present[len(wanted) :]:
        step.delete()


def _step_values(values: Mapping[str, Any]) -> dict[str, Any]:
    if "group" not in values:
        return {**_values(WorkflowStep, _ROW_FIELDS, values), "group": None}
    own = {**values, "name": "", "stop_on_error": False}
    return {**_values(WorkflowStep, _ROW_FIELDS, own), "group": _restored_group(values)}


def _restored_group(values: Mapping[str, Any]) -> StepGroup:
    """The group of that name, as it is now: other order types share it. One that is gone comes back as it was."""
    found = StepGroup.objects.filter(name__iexact=values["name"]).first()
    if found is not None:
        return found
    made = StepGroup.objects.create(name=values["name"], stop_on_error=values["stop_on_error"])
    for position, step in enumerate(values["group"], start=1):
        fields = _values(GroupStep, (*_STEP_FIELDS, *_STEP_EXTRAS), step)
        GroupStep.objects.create(group=made, position=position, **fields)
    return made


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
