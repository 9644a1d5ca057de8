"""What Magento knows of one shop, and the form of its refusals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]
#: Statuses that belong to each state; only within its state a comment changes an order's status.
STATUSES = {
    "new": {"pending", "waiting_for_goods"},
    "pending_payment": {"pending_payment"},
    "processing": {"processing", "packed", "picking"},
    "complete": {"complete", "delivered"},
    "closed": {"closed"},
    "canceled": {"canceled"},
    "holded": {"holded"},
}


class Refused(Exception):
    """An error answer; `message` has %1 or %name for the parameters."""

    def __init__(self, message: str, parameters: Any = None, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "trace": None}
        if parameters is not None:
            self.body["parameters"] = parameters


def no_such(field_name: str, value: Any) -> Refused:
    message = "No such entity with %fieldName = %fieldValue"
    return Refused(message, {"fieldName": field_name, "fieldValue": str(value)}, 404)


@dataclass(slots=True)
class Shop:
    """Records by id, oldest first; articles by SKU, stock by SKU and source, special prices by SKU and store id.

    `pending` is how many looks the queue takes until it is done; `merchants` are the ways to log in.
    """

    name: str
    ledger: Ledger
    currency: str = "NOK"
    orders: dict[int, Json] = field(default_factory=dict)
    shipments: dict[int, Json] = field(default_factory=dict)
    invoices: dict[int, Json] = field(default_factory=dict)
    creditmemos: dict[int, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    stock: dict[tuple[str, str], Json] = field(default_factory=dict)
    specials: dict[tuple[str, int], Json] = field(default_factory=dict)
    sources: list[str] = field(default_factory=lambda: ["default", "oslo", "bergen"])
    bulks: dict[str, list[Json]] = field(default_factory=dict)
    pending: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self) -> int:
        return next(self.numbers)

    def order(self, number: Any) -> Json:
        found = self.orders.get(int(number)) if str(number).isdecimal() else None
        if found is None:
            raise no_such("orderId", number)
        return found

    def record(self, operation: str, identity: str, **details: Any) -> None:
        self.ledger.record(
            vendor="magento",
            operation=operation,
            identity=f"{operation} {identity}",
            account=self.name,
            **details,
        )

    def money(self, operation: str, order: Json, amount: Decimal, identity: str) -> None:
        """An effect on the order's payment."""
        self.record(
            operation,
            identity,
            reference=order["increment_id"],
            object=str(order["entity_id"]),
            amount_minor=int(amount * 100),
            currency=self.currency,
        )


def now_after(last: str = "") -> str:
    """The time now as Magento writes it, but later than the last one, which tells changes apart."""
    moment = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    if last:
        moment = max(moment, datetime.fromisoformat(last) + timedelta(seconds=1))
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def touch(record: Json) -> None:
    record["updated_at"] = now_after(record.get("updated_at", ""))


def decimal(record: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(record.get(name) or 0))


def number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
