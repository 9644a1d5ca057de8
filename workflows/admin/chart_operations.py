"""The edits that the chart's buttons and its drag and drop send, such as "step:12:up" or "step:12:to:5:0"."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.chart_edits import add_step, move_status, move_step, statuses_of, steps_of
from workflows.models import OrderStatus, OrderType, WorkflowStep


class OperationRefused(Exception):
    """The text is for the person."""


def apply(order_type: OrderType, operation: str, given: Mapping[str, str]) -> str:
    """Edits the draft and returns the element of the page that it was about; `given` is what else the form sent.

    Raises OperationRefused.
    """
    match operation.split(":"):
        case ["step", key, "up" | "down" | "left" | "right" as way]:
            return _shift_step(_step(order_type, key), way)
        case ["step", key, "to", status, place]:
            step = _step(order_type, key)
            move_step(step, _status(order_type, status), _number(place))
            return f"step-{step.pk}"
        case ["step", key, "on" | "off" as way]:
            return _switch(_step(order_type, key), way, "step")
        case ["status", key, "left" | "right" as way]:
            return _shift_status(order_type, _status(order_type, key), way)
        case ["status", key, "to", place]:
            move_status(_status(order_type, key), _number(place))
            return f"status-{key}"
        case ["status", key, "add"]:
            return _add(_status(order_type, key), given.get(f"new-{key}", ""))
        case ["status", key, "on" | "off" as way]:
            return _switch(_status(order_type, key), way, "status")
    raise OperationRefused("Nothing was changed: the page asked for something unknown; reload it.")


def _shift_step(step: WorkflowStep, way: str) -> str:
    statuses = statuses_of(step.status.order_type)
    column = _index(statuses, step.status)
    steps = steps_of(statuses[column])
    place = _index(steps, step)
    if way in {"up", "down"}:
        move_step(step, statuses[column], max(0, place + (1 if way == "down" else -1)))
    else:
        beside = column + (1 if way == "right" else -1)
        if not 0 <= beside < len(statuses):
            raise OperationRefused(f"There is no status to the {way} of {step.status.name}.")
        move_step(step, statuses[beside], place)
    return f"step-{step.pk}"


def _shift_status(order_type: OrderType, status: OrderStatus, way: str) -> str:
    move_status(status, _index(statuses_of(order_type), status) + (1 if way == "right" else -1))
    return f"status-{status.pk}"


def _switch(row: WorkflowStep | OrderStatus, way: str, kind: str) -> str:
    row.active = way == "on"
    row.save()
    return f"{kind}-{row.pk}"


def _add(status: OrderStatus, chosen: str) -> str:
    if not chosen:
        raise OperationRefused(f"Choose which step to add to {status}.")
    try:
        return f"step-{add_step(status, chosen).pk}"
    except LookupError as error:
        raise OperationRefused(f"Nothing was added: {error}.") from None


def _step(order_type: OrderType, key: str) -> WorkflowStep:
    rows = WorkflowStep.objects.filter(status__order_type=order_type).select_related("status__order_type")
    found = rows.filter(pk=_number(key)).first()
    if found is None:
        raise OperationRefused("Nothing was changed: this step is no longer in the chart.")
    return found


def _status(order_type: OrderType, key: str) -> OrderStatus:
    found = order_type.statuses.filter(pk=_number(key)).first()
    if found is None:
        raise OperationRefused("Nothing was changed: this status is no longer in the chart.")
    return found


def _index(rows: list, row: WorkflowStep | OrderStatus) -> int:
    return next(index for index, item in enumerate(rows) if item.pk == row.pk)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise OperationRefused("Nothing was changed: the page asked for something unknown; reload it.")
    return int(text)
