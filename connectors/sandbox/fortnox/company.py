"""The books of one company."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.core.ledger import Ledger

#: The database number of every company here.
COMPANY = 1204867
_SWEDEN = ZoneInfo("Europe/Stockholm")
_CENT = Decimal("0.01")

Json = dict[str, Any]


@dataclass(slots=True)
class Company:
    """Records by number, oldest first. `account` names the company in the sandbox's ledger."""

    account: str
    ledger: Ledger
    name: str = "Nordic Outdoor AB"
    customers: dict[str, Json] = field(default_factory=dict)
    articles: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    invoices: dict[str, Json] = field(default_factory=dict)
    payments: dict[str, Json] = field(default_factory=dict)
    numbers: dict[str, Iterator[int]] = field(default_factory=dict)

    def next(self, kind: str) -> str:
        return str(next(self.numbers.setdefault(kind, count({"invoices": 5001, "orders": 301}.get(kind, 1)))))

    def touch(self, record: Json) -> Json:
        record["modified"] = datetime.now(_SWEDEN).strftime("%Y-%m-%d %H:%M")
        return record

    def note(self, operation: str, identity: str, number: str) -> None:
        self.ledger.record(
            vendor="fortnox",
            operation=operation,
            identity=f"{operation} {identity or number}",
            reference=identity,
            object=number,
            account=self.account,
        )


def today() -> str:
    return datetime.now(_SWEDEN).date().isoformat()


def row_total(row: Json) -> Decimal:
    """With VAT, as prices are here."""
    quantity = Decimal(str(row.get("DeliveredQuantity") or row.get("OrderedQuantity") or 0))
    amount = quantity * Decimal(str(row.get("Price") or 0)) - Decimal(str(row.get("Discount") or 0))
    return amount.quantize(_CENT, ROUND_HALF_UP)


def shown(record: Json) -> Json:
    """A record as it leaves, without what only this sandbox knows of it."""
    return {name: value for name, value in record.items() if name != "modified"}


def dumped(data: Any) -> bytes:
    return json.dumps(data, default=_number).encode()


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
