"""What Sitoo knows of one account."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]

FIFO, VIRTUAL = 10, 20


class SitooError(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(slots=True)
class Account:
    """Records by their number. `levels` are totals by warehouse and SKU; `callbacks` where events are posted to."""

    number: str
    ledger: Ledger
    currency: str = "NOK"
    orders: dict[int, Json] = field(default_factory=dict)
    products: dict[int, Json] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    prices: dict[tuple[int, str], str] = field(default_factory=dict)
    warehouses: dict[int, int] = field(default_factory=lambda: {1: FIFO, 2: VIRTUAL})
    levels: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    changed: dict[tuple[int, str], int] = field(default_factory=dict)
    movements: list[Json] = field(default_factory=list)
    callbacks: list[Json] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10001))

    def product(self, sku: str) -> Json | None:
        return next(
            (item for item in self.products.values() if item["sku"].casefold() == sku.casefold()), None
        )

    def user(self, email: str) -> Json | None:
        return next(
            (item for item in self.users.values() if item["email"].casefold() == email.casefold()), None
        )

    def new_user_id(self) -> str:
        name = str(uuid5(NAMESPACE_URL, f"{self.number}/{next(self.numbers)}")).upper()
        return f"{{{name}}}"

    def put(self, warehouse: int, sku: str, total: Decimal) -> None:
        """Raises SitooError for what is no product."""
        if self.product(sku) is None:
            raise SitooError(400, f"There is no product with SKU {sku}")
        self.levels[warehouse, sku] = total
        self.changed[warehouse, sku] = now()

    def note(self, operation: str, identity: str, reference: str, number: Any) -> None:
        self.ledger.record(
            vendor="sitoo",
            operation=operation,
            identity=f"{operation} {identity}",
            reference=reference,
            object=str(number),
            account=self.number,
        )


def now() -> int:
    return int(time.time())


def money(value: Any, name: str) -> Decimal:
    """Raises SitooError for what is no text with two decimals."""
    try:
        amount = Decimal(value) if isinstance(value, str) else None
    except ArithmeticError:
        amount = None
    if amount is None or not amount.is_finite():
        raise SitooError(400, f"{name} is not a money value")
    return amount
