"""The books of one company."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.tripletex.errors import invalid, missing

_NORWAY = ZoneInfo("Europe/Oslo")

Json = dict[str, Any]
Records = dict[int, Json]

_RATES = {"3": 25, "31": 15, "33": 12, "5": 0, "6": 0}
_CURRENCIES = {1: "NOK", 2: "SEK", 3: "DKK", 4: "USD", 5: "EUR", 6: "GBP"}
_COUNTRIES = {161: "NO", 205: "SE", 58: "DK", 72: "FI", 80: "DE", 77: "GB"}


@dataclass(slots=True)
class Company:
    """Records by id, oldest first. `account` names the company in the sandbox's ledger; `emit` tells its subscribers."""

    id: int
    account: str
    ledger: Ledger
    emit: Callable[[Company, str, Json], None]
    customers: Records = field(default_factory=dict)
    products: Records = field(default_factory=dict)
    orders: Records = field(default_factory=dict)
    invoices: Records = field(default_factory=dict)
    subscriptions: Records = field(default_factory=dict)
    vat_types: Records = field(default_factory=dict)
    currencies: Records = field(default_factory=dict)
    countries: Records = field(default_factory=dict)
    payment_types: Records = field(default_factory=dict)
    payments: list[Json] = field(default_factory=list)
    ids: count[int] = field(default_factory=lambda: count(70_001))
    invoice_numbers: count[int] = field(default_factory=lambda: count(10_001))
    customer_numbers: count[int] = field(default_factory=lambda: count(20_001))

    def __post_init__(self) -> None:
        for number, rate in _RATES.items():
            found = int(number)
            self.vat_types[found] = {
                "id": found,
                "number": number,
                "name": f"Utgående {rate} %",
                "percentage": rate,
            }
        self.currencies = {key: {"id": key, "code": code} for key, code in _CURRENCIES.items()}
        self.countries = {key: {"id": key, "isoAlpha2Code": code} for key, code in _COUNTRIES.items()}
        for key, text in ((501, "Kortbetaling"), (502, "Betalt til bank")):
            self.payment_types[key] = {
                "id": key,
                "description": text,
                "displayName": text,
                "currencyCode": "NOK",
            }

    def added(self, records: Records, record: Json) -> Json:
        made = {"id": next(self.ids), "version": 0, **record}
        records[made["id"]] = made
        return self.touched(made, step=0)

    def touched(self, record: Json, *, step: int = 1) -> Json:
        record["version"] += step
        record["_changed"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return record

    def referred(self, records: Records, given: Any, field_name: str) -> Json:
        """The record that a body refers to by {"id": …}."""
        found = records.get(given.get("id", 0)) if isinstance(given, dict) else None
        if found is None:
            raise invalid(**{field_name: "Objektet finnes ikke."})
        return found

    def note(self, operation: str, identity: str, number: str) -> None:
        self.ledger.record(
            vendor="tripletex",
            operation=operation,
            identity=f"{operation} {identity}",
            reference=identity,
            object=number,
            account=self.account,
        )


def there(records: Records, found: int, what: str) -> Json:
    if found not in records:
        raise missing(what)
    return records[found]


def today() -> str:
    return datetime.now(_NORWAY).date().isoformat()


def dumped(data: Any) -> bytes:
    return json.dumps(data, default=_number).encode()


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
