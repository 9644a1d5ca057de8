"""What Shopify knows of one shop."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]


@dataclass(slots=True)
class FulfilmentOrder:
    """`lines` are pieces by line id that this location is to send; what is left of them follows from the fulfilments."""

    id: int
    location: int
    lines: dict[int, int]
    held: bool = False


@dataclass(slots=True)
class Fulfilment:
    id: int
    location: int
    pieces: dict[int, int]
    company: str = ""
    number: str = ""
    url: str = ""
    status: str = "SUCCESS"


@dataclass(slots=True)
class Order:
    """`body` is the order's REST JSON, as webhooks bring it; transactions are not part of it. `paid_out` is the money that
    the shop's own gateways gave back."""

    body: Json
    transactions: list[Json]
    fulfilment_orders: list[FulfilmentOrder] = field(default_factory=list)
    fulfilments: list[Fulfilment] = field(default_factory=list)
    refunds: list[Json] = field(default_factory=list)
    metafields: dict[str, str] = field(default_factory=dict)
    paid_out: Decimal = Decimal(0)

    def left(self, part: FulfilmentOrder, line_id: int) -> int:
        """Pieces of a line that a fulfilment order has still to send."""
        sent = sum(
            item.pieces.get(line_id, 0)
            for item in self.fulfilments
            if item.location == part.location and item.status == "SUCCESS"
        )
        current: int = next(
            line["current_quantity"] for line in self.body["line_items"] if line["id"] == line_id
        )
        return max(min(part.lines[line_id], current) - sent, 0)


@dataclass(slots=True)
class Subscription:
    """`times` is how often each delivery is sent, all under one webhook id."""

    url: str
    secret: str
    topics: tuple[str, ...]
    times: int = 1


@dataclass(slots=True)
class Shop:
    """`products` hold their variants; `changed_at` is when one of them or a customer changed last. `levels` is what is
    available, by inventory item and location; `throttled` how many calls are still refused. `subscribed` are the app's own
    webhook subscriptions by address and topic. `jobs` that are still at work call off the order of that id; where they are
    `slow_jobs`, a control finishes them."""

    name: str
    ledger: Ledger
    currency: str = "NOK"
    orders: dict[int, Order] = field(default_factory=dict)
    locations: dict[int, str] = field(default_factory=lambda: {55: "Oslo", 56: "Bergen"})
    items: dict[str, int] = field(default_factory=dict)
    levels: dict[tuple[int, int], int] = field(default_factory=dict)
    products: dict[int, Json] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    changed_at: str = ""
    keys: dict[str, tuple[Json, Json | None]] = field(default_factory=dict)
    working: set[str] = field(default_factory=set)
    subscribed: dict[tuple[str, str], int] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    jobs: dict[int, int] = field(default_factory=dict)
    slow_jobs: bool = False
    throttled: int = 0
    throttled_s: float = 0.1
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    @property
    def domain(self) -> str:
        return f"{self.name}.myshopify.com"

    def new_id(self) -> int:
        return next(self.numbers)

    def item(self, sku: str) -> int:
        """The inventory item of a SKU, made where it is new and stocked with nothing at every location."""
        if sku not in self.items:
            number = self.items[sku] = self.new_id()
            self.levels |= {(number, location): 0 for location in self.locations}
        return self.items[sku]

    def location(self, name: str) -> int:
        """By name or number; the first one for "". Raises ValueError."""
        if not name:
            return next(iter(self.locations))
        for number, label in self.locations.items():
            if name.casefold() in {label.casefold(), str(number)}:
                return number
        raise ValueError(f"{self.name} has no location {name}; it has {', '.join(self.locations.values())}")

    def record(self, operation: str, identity: str, **details: Any) -> None:
        self.ledger.record(
            vendor="shopify",
            operation=operation,
            identity=f"{operation} {identity}",
            account=self.name,
            **details,
        )


def now_after(last: str = "") -> str:
    """The time now in whole seconds, as Shopify writes it, but later than the last one, which tells changes apart."""
    moment = datetime.now(UTC).replace(microsecond=0)
    if last:
        moment = max(moment, datetime.fromisoformat(last).astimezone(UTC) + timedelta(seconds=1))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
