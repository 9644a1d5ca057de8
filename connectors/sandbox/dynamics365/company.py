"""The books of one company, and the context in which a call is executed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from connectors.sandbox.core.ledger import Ledger
from connectors.sandbox.dynamics365.errors import no_such_field, too_long

#: The id of the company that every environment has.
COMPANY = "5f0f2d8e-0c4c-4f6f-9a55-6f1d2c3b4a59"
_NAMESPACE = UUID(COMPANY)
NO_ID = "00000000-0000-0000-0000-000000000000"

Json = dict[str, Any]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Company:
    """Records by id, oldest first. `account` names tenant, environment and company in the sandbox's ledger.

    `races` is how many of the next changes find that somebody else was faster; `prices_include_tax` is what customers
    have on their cards, which credit memos follow.
    """

    account: str
    ledger: Ledger
    items: dict[str, Json] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    invoices: dict[str, Json] = field(default_factory=dict)
    entries: dict[str, Json] = field(default_factory=dict)
    memos: dict[str, Json] = field(default_factory=dict)
    journals: dict[str, Json] = field(default_factory=dict)
    ledger_entries: dict[str, Json] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=lambda: {"3900"})
    manual_numbers: bool = True
    prices_include_tax: bool = False
    races: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(101001))

    @property
    def information(self) -> Json:
        return {"id": COMPANY, "version": 1, "displayName": self.account, "currencyCode": "NOK"}

    def add(self, records: dict[str, Json], kind: str, **fields: Any) -> Json:
        """A new record with what all of them have. Its id is the same in every run, so that runs can be compared."""
        number = next(self.numbers)
        record = {"id": str(uuid5(_NAMESPACE, f"{self.account} {kind} {number}")), "version": 1, **fields}
        record["lastModifiedDateTime"] = now()
        records[record["id"]] = record
        return record

    def touch(self, record: Json) -> None:
        """Whatever changes a record makes its etag stale."""
        record["version"] += 1
        record["lastModifiedDateTime"] = now()

    def note(self, operation: str, identity: str, reference: str, record: Json) -> None:
        self.ledger.record(
            vendor="dynamics365",
            operation=operation,
            identity=f"{operation} {identity}",
            reference=reference,
            object=str(record["number"]),
            account=self.account,
        )


def item_of(company: Company, number: str) -> Json | None:
    """Codes are kept in capitals."""
    return next((item for item in company.items.values() if item["number"] == number.upper()), None)


def move(company: Company, item: Json, quantity: Decimal) -> None:
    """Post stock: the item's inventory changes, the item itself is not modified."""
    item["inventory"] += quantity
    adjustment = "Positive_x0020_Adjmt_x002E_" if quantity > 0 else "Negative_x0020_Adjmt_x002E_"
    company.add(
        company.entries,
        "entry",
        entryNumber=len(company.entries) + 1,
        itemNumber=item["number"],
        postingDate=now()[:10],
        entryType=adjustment,
        quantity=quantity,
    )


def shown(record: Mapping[str, Any]) -> Json:
    """A record as it leaves, with its etag and without what only this sandbox knows of it."""
    rest = {name: value for name, value in record.items() if name not in {"version", "lines", "taxPercent"}}
    return {"@odata.etag": etag(record), **rest}


def etag(record: Mapping[str, Any]) -> str:
    mark = base64.b64encode(f"20;{record['id']};{record['version']};".encode()).decode()
    return f'W/"{mark}"'


def checked(body: Any, kind: str, longest: Mapping[str, int], others: Iterable[str] = ()) -> Json:
    """A request's body, whose fields have to be known and their texts short enough."""
    allowed = {*longest, *others}
    for name, value in body.items():
        if name not in allowed:
            raise no_such_field(name, kind)
        if isinstance(value, str) and len(value) > longest.get(name, 250):
            raise too_long(value, longest[name])
    return dict(body)


def dumped(data: Any) -> bytes:
    return json.dumps(data, default=_number).encode()


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
