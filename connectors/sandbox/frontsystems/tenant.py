"""What Front Systems knows of one tenant."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.core.ledger import Ledger

Json = dict[str, Any]

CLOCK = ZoneInfo("Europe/Oslo")
STORES = {1: 101, 2: 102}


class FrontSystemsError(Exception):
    """`body` is a text, or a problem in the shape of the framework that Front Systems is built with."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


@dataclass(slots=True)
class Tenant:
    """`products` are variants by ExtId, `levels` pieces by stock location and GTIN, `web_sales` are by their guid."""

    name: str
    ledger: Ledger
    sales: dict[int, Json] = field(default_factory=dict)
    rows: list[Json] = field(default_factory=list)
    orders: dict[int, Json] = field(default_factory=dict)
    web_sales: dict[str, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    prices: dict[str, dict[str, Json]] = field(default_factory=lambda: {"NOK RRP": {}})
    customers: dict[int, Json] = field(default_factory=dict)
    levels: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    counts: list[Json] = field(default_factory=list)
    callbacks: list[Json] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(70001))

    def size(self, gtin: str) -> tuple[Json, Json] | None:
        """The variant and its size with that GTIN."""
        return next(
            (
                (variant, size)
                for variant in self.products.values()
                for size in variant["productSizes"]
                if size["gtin"] == gtin
            ),
            None,
        )

    def note(self, operation: str, identity: str, reference: str, number: Any) -> None:
        self.ledger.record(
            vendor="frontsystems",
            operation=operation,
            identity=f"{operation} {identity}",
            reference=reference,
            object=str(number),
            account=self.name,
        )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def till_time() -> datetime:
    """What a till's clock shows, without zone."""
    return datetime.now(CLOCK).replace(tzinfo=None)


def problem(**errors: str) -> FrontSystemsError:
    """Fields that are wrong, as the framework tells them."""
    told = {name: [text] for name, text in errors.items()}
    return FrontSystemsError(
        400, {"title": "One or more validation errors occurred.", "status": 400, "errors": told}
    )
