"""What a warehouse knows of one goods owner, and the form of its refusals."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]

STATUSES = {
    150: "Error",
    200: "Open",
    300: "Released",
    320: "Allocated",
    400: "Picked",
    450: "Sent",
    500: "Collected",
    1000: "Cancelled",
}
OPEN, ALLOCATED, PICKED, SENT, CANCELLED = 200, 320, 400, 450, 1000
INBOUND = {100: "Notified", 200: "In transit", 400: "Arrived", 500: "Received", 900: "Cancelled"}
NOTIFIED, ARRIVED, RECEIVED = 100, 400, 500


class Refused(Exception):
    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message}


@dataclass(slots=True)
class Record:
    """A record as it is read, and the times that lists are filtered by, by the parameter's name."""

    data: Json
    times: dict[str, datetime] = field(default_factory=dict)

    def touch(self, *names: str) -> None:
        now = datetime.now(UTC)
        self.times |= dict.fromkeys(names, now)


@dataclass(slots=True)
class House:
    """`hook` is told of news: kind and record."""

    warehouse: str
    owner: int
    ledger: Ledger
    orders: dict[int, Record] = field(default_factory=dict)
    articles: dict[int, Record] = field(default_factory=dict)
    deliveries: dict[int, Record] = field(default_factory=dict)
    returns: dict[int, Record] = field(default_factory=dict)
    webhook: Json = field(default_factory=lambda: {"url": "", "token": ""})
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    def new_id(self) -> int:
        return next(self.numbers)

    def order(self, number: str) -> Record | None:
        return found(self.orders.values(), "orderInfo", "orderNumber", number)

    def delivery(self, number: str) -> Record | None:
        return found(self.deliveries.values(), "purchaseOrderInfo", "purchaseOrderNumber", number)

    def article(self, number: str) -> Record | None:
        return next((item for item in self.articles.values() if item.data["articleNumber"] == number), None)

    def known_article(self, number: Any) -> Json:
        """As rows of orders show it."""
        article = self.article(str(number))
        if article is None:
            raise Refused(f"The article number {number} does not exist.")
        return {name: article.data[name] for name in ("articleSystemId", "articleNumber", "articleName")}

    def record(self, operation: str, identity: str, **details: Any) -> None:
        self.ledger.record(
            vendor="ongoing",
            operation=operation,
            identity=f"{operation} {identity}",
            account=f"{self.warehouse}/{self.owner}",
            **details,
        )


def found(records: Iterable[Record], part: str, name: str, number: str) -> Record | None:
    wanted = number.casefold()
    return next((item for item in records if str(item.data[part][name]).casefold() == wanted), None)


def listed(records: Mapping[int, Record], query: Mapping[str, str], first: str, most: str) -> list[Json]:
    """By ascending id, from `first` on, at most `most`, changed since the times that are asked for."""
    rows = []
    for number in sorted(records):
        record = records[number]
        if number >= int(query.get(first) or 0) and _changed(record, query):
            rows.append(record.data)
    return rows[: int(query.get(most) or 10_000)]


def _changed(record: Record, query: Mapping[str, str]) -> bool:
    asked = {
        name: moment(query[name])
        for name in query
        if name.endswith(("From", "FromDate")) and _is_time(query[name])
    }
    return all(name in record.times and record.times[name] >= since for name, since in asked.items())


def _is_time(text: str) -> bool:
    return "-" in text


def moment(text: str) -> datetime:
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"The value '{text}' is not valid.") from None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def now_text() -> str:
    """As Ongoing writes times: seven digits of a second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
