"""Order fields that an answer from outside may change, such as that of a WebhookWorkflowStep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from django.db import transaction

from connectors.contracts.common import OrderDocument
from workflows.intake import read_address, read_customer
from workflows.models import Order
from workflows.problems import FieldErrors
from workflows.reading import Reader, refuse_unstorable
from workflows.statuses import lock_order

_DOCUMENT = {item.name for item in fields(OrderDocument)}
_SCALARS = ("number", "order_type", "status", "currency")
_CONTACT = ("email", "phone")


def apply_changes(order_id: int, changes: Mapping[str, Any]) -> list[str]:
    """Write tags (replaced), properties and external ids (merged), addresses, customer email and phone.

    Names are compared without case and underscores. Returns what was not taken over and why; an answer may
    repeat other fields of the order as they are. Joins the caller's transaction. Raises NotFound, OrderBusy.
    """
    known = {_plain(name): name for name in _DOCUMENT}
    named = {known.get(_plain(name), name): value for name, value in changes.items()}
    if not named:
        return []
    with transaction.atomic():
        order = lock_order(order_id)
        change = _Change(order, named)
        changed = change.apply()
        if changed:
            order.version += 1
            order.save(update_fields=[*changed, "version", "modified_at"])
    return change.warnings


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
