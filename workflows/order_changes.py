"""Order fields that an answer from outside may change, such as that of a WebhookWorkflowStep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from django.db import transaction
from django.utils import timezone

from connectors.contracts.common import OrderDocument
from tenants.bulk import update_many
from tenants.kept import Kept
from workflows.documents import lines_stay
from workflows.intake import read_address, read_customer
from workflows.models import Order
from workflows.order_locks import lock_order
from workflows.problems import FieldErrors
from workflows.reading import Reader, refuse_unstorable

_DOCUMENT = {item.name for item in fields(OrderDocument)}
_SCALARS = ("number", "order_type", "status", "currency")
_CONTACT = ("email", "phone")


def apply_changes(order_id: int, changes: Mapping[str, Any]) -> list[str]:
    """Write tags (replaced), properties and external ids (merged), addresses, customer email and phone.

    Names are compared without case and underscores. Returns what was not taken over and why; an answer may
    repeat other fields of the order as they are. Joins the caller's transaction. Raises NotFound, OrderBusy.
    """
    if not changes:
        return []
    with transaction.atomic():
        order = lock_order(order_id)
        return _apply({order.pk: order}, {order.pk: changes})[order.pk]


def apply_many(changes: Mapping[int, Mapping[str, Any]]) -> dict[int, list[str]]:
    """As `apply_changes`, for many orders in two statements; in a platform scope they may be of several tenants."""
    with transaction.atomic(savepoint=False):
        names = {name for named in changes.values() for name in _named(named)}
        columns = {_COLUMNS.get(name, name) for name in names if name in _WRITERS}
        orders = _to_change(list(changes), columns=(*_ALWAYS, *sorted(columns)))
        return _apply({order.pk: order for order in orders}, changes)


#: What is compared or written whatever changes.
_ALWAYS = (*_SCALARS, "version", "modified_at")
_to_change = Kept(
    lambda ids, *, columns: Order.objects.filter(pk__in=ids).only(*columns).order_by("pk").select_for_update()
)


def _apply(orders: Mapping[int, Order], changes: Mapping[int, Mapping[str, Any]]) -> dict[int, list[str]]:
    made = {pk: _Change(order, _named(changes[pk])) for pk, order in orders.items()}
    changed = {pk: change.apply() for pk, change in made.items()}
    columns = sorted({name for names in changed.values() for name in names})
    rows = [_row(orders[pk], columns) for pk, names in changed.items() if names]
    update_many(Order, rows, keys=["id"])
    return {pk: change.warnings for pk, change in made.items()}


def _named(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {_KNOWN.get(_plain(name), name): value for name, value in changes.items()}


def _row(order: Order, columns: Sequence[str]) -> dict[str, Any]:
    before = (order.version, order.modified_at)
    order.version += 1
    order.modified_at = timezone.now()
    lines_stay(order.pk, before, (order.version, order.modified_at))
    return {name: getattr(order, name) for name in ("id", *columns, "version", "modified_at")}


class _Change:
    def __init__(self, order: Order, changes: Mapping[str, Any]) -> None:
        self.order = order
        self.changes = changes
        self.warnings: list[str] = []

    def apply(self) -> list[str]:
        """Set what may be set; the names of the columns that differ now."""
        changed = []
        for name, value in self.changes.items():
            writer = _WRITERS.get(name)
            if writer is None:
                self._refuse(name, value)
            elif self._write(name, value, writer):
                changed.append(_COLUMNS.get(name, name))
        return changed

    def _write(self, name: str, value: Any, writer: Callable[[Any, Reader], Any]) -> bool:
        errors = FieldErrors()
        refuse_unstorable(value, errors, name)
        column = _COLUMNS.get(name, name)
        current = getattr(self.order, column)
        new = current if errors else writer(current, Reader({name: value}, errors))
        if errors:
            self.warnings += [f"{path} was not taken over: {text}" for path, text in errors]
            return False
        setattr(self.order, column, new)
        return bool(new != current)

    def _refuse(self, name: str, value: Any) -> None:
        if name not in _DOCUMENT:
            self.warnings.append(f"{name} was not taken over: an order has no such field")
        elif name in _SCALARS and value != getattr(self.order, name):
            self.warnings.append(f"{name} was not taken over: an answer may not change it")


def _customer(current: Any, reader: Reader) -> dict[str, Any]:
    given = read_customer(reader)
    return {**current, **{name: given[name] for name in _CONTACT if name in given}}


_COLUMNS = {"customer": "customer_data"}
_WRITERS: dict[str, Callable[[Any, Reader], Any]] = {
    "tags": lambda current, reader: reader.texts("tags", 100),
    "properties": lambda current, reader: {**current, **reader.properties("properties")},
    "external_ids": lambda current, reader: {**current, **reader.named_texts("external_ids", 200)},
    "billing": lambda current, reader: {**current, **read_address(reader, "billing")},
    "shipping": lambda current, reader: {**current, **read_address(reader, "shipping")},
    "customer": _customer,
}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


_KNOWN = {_plain(name): name for name in _DOCUMENT}
