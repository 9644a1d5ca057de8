"""The books of one company."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]

CENT = Decimal("0.01")
#: VAT in percent by sales account; 25 on all others.
VAT = {3000: 25, 3030: 15, 3040: 12, 3100: 0}
STANDARD_ACCOUNT, OPTIONAL_ACCOUNT = 3000, 3100
#: Ids of the accounts of the ledger are their number and this.
LEDGER_ID = 900_000
#: Ids of the customers' accounts are the customer's number and this.
SUBLEDGER_ID = 700_000
NO_VAT_ID = 11


@dataclass(slots=True)
class Company:
    """Records by Id, oldest first. `account` names the company in the sandbox's ledger.

    `sending` has the calls that are still to come before each sales order is invoiced; `slow` is where that begins;
    `failures` are what the next invoices fail with.
    """

    account: str
    ledger: Ledger
    name: str = "Nordic Outdoor AS"
    customers: dict[str, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    invoices: dict[str, Json] = field(default_factory=dict)
    vouchers: dict[str, Json] = field(default_factory=dict)
    entries: dict[str, Json] = field(default_factory=dict)
    sending: dict[str, int] = field(default_factory=dict)
    sent: dict[str, Json] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    slow: int = 1
    numbers: dict[str, Any] = field(default_factory=dict)

    def next(self, kind: str) -> int:
        starts = {"customer": 10001, "product": 500, "order": 6001, "invoice": 15001, "voucher": 301}
        found: int = next(self.numbers.setdefault(kind, count(starts.get(kind, 1))))
        return found

    def note(self, operation: str, identity: str, identifier: object) -> None:
        self.ledger.record(
            vendor="poweroffice",
            operation=operation,
            identity=f"{operation} {identity or identifier}",
            reference=identity,
            object=str(identifier),
            account=self.account,
        )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def number(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def dumped(data: Any) -> bytes:
    return json.dumps(data, default=_plain).encode()


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
