"""What a newer copy of a shop's order changes in the order that it became here. Steps are never repeated for it."""

from __future__ import annotations

from typing import Any

from connectors.contracts.ecommerce import ImportedOrder
from connectors.runtime import runtime
from workflows.chart import Chart, UnknownOrderType, chart_of
from workflows.imports import documents
from workflows.models import ErrorSeverity, ImportedObject, Order
from workflows.orders import add_error, apply_changes, change_status, solve_errors
from workflows.problems import OrderBusy, OrderProblem

_CANCELLED, _CHANGED = "shop-cancelled", "shop-changed"


def apply_copy(
    known: Order, row: ImportedObject, order: ImportedOrder, *, source: str, actor: str, trigger: str
) -> str:
    """Take tags, properties and a cancellation over. What could not be is told on the order, and returned."""
    changes = _changes(known, row, order)
    told = apply_changes(known.pk, changes) if changes else []
    if order.cancelled:
        told += _cancel(known, source, actor, trigger)
    elif row.checksum and row.checksum != documents.fixed_part(order):
        told.append(_tell_of_changes(known, source))
    return "; ".join(told)


def _changes(known: Order, row: ImportedObject, order: ImportedOrder) -> dict[str, Any]:
    """Only what the shop has changed since its last copy: what was added, taken off or changed here stays."""
    tags = [tag for tag in known.tags if tag not in row.tags or tag in order.tags]
    tags += [tag for tag in order.tags if tag not in (*tags, *row.tags)]
    properties = documents.order_properties(order)
    before, now = row.properties or {}, documents.checksums(properties)
    fresh = {
        name: value
        for name, value in properties.items()
        if known.properties.get(name) != value and before.get(name) != now[name]
    }
    changes: dict[str, Any] = {"properties": fresh} if fresh else {}
    return {**changes, "tags": tags} if tags != known.tags else changes


def _tell_of_changes(known: Order, source: str) -> str:
    text = (
        f"{source} has changed lines, amounts or addresses after the order came in; here they stay as they were. "
        "Compare with the shop, act by hand where it matters, then solve this"
    )
    add_error(known.pk, _CHANGED, text, severity=ErrorSeverity.WARNING)
    return text


def _cancel(known: Order, source: str, actor: str, trigger: str) -> list[str]:
    """Move the order to its type's canceled status, if it may go there; else staff are told on the order."""
    try:
        target = _target(chart_of(runtime(known.tenant_id), known.order_type), known.status)
        if target:
            reason = f"Cancelled in {source}"
            change_status(known, target, actor=actor, reason=reason, trigger=trigger)
    except OrderBusy:
        raise
    except (UnknownOrderType, OrderProblem) as error:
        text = (
            f"{source} has cancelled the order, but here {error}. Stop or return it by hand, then solve this"
        )
        add_error(known.pk, _CANCELLED, text)
        return [text]
    solve_errors(known.pk, [_CANCELLED])
    return []


def _target(chart: Chart, current: str) -> str:
    """The canceled status to go to: one that may follow, else the first; "" when the order is canceled already."""
    cancelling = [status for status in chart.statuses.values() if status.is_canceled and status.active]
    here = chart.statuses.get(current)
    if here is not None and here.is_canceled:
        return ""
    if not cancelling:
        raise UnknownOrderType(f"the order type {chart.name} has no status that is marked as canceled")
    allowed = [status for status in cancelling if here is None or here.allows(status.name)]
    return (allowed or cancelling)[0].name
