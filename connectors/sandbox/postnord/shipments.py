"""What was booked, and the events that have happened to it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

_ROUTE = ("INFORMED", "EN_ROUTE", "AVAILABLE_FOR_DELIVERY", "DELIVERED")
_BACK = ("INFORMED", "EN_ROUTE", "DELIVERED")


@dataclass(slots=True)
class Shipment:
    """`asked` is the shipment as it was booked; `events` are pairs of status and time, oldest first."""

    id: str
    asked: Json
    items: list[str]
    is_test: bool
    is_return: bool
    events: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def references(self) -> list[Json]:
        return list(self.asked.get("references") or [])

    @property
    def reference(self) -> str:
        return next((str(item["referenceNo"]) for item in self.references), "")

    @property
    def customer(self) -> str:
        return str(self.asked["parties"]["consignor"]["partyIdentification"]["partyId"])

    @property
    def service(self) -> str:
        return str(self.asked["service"]["basicServiceCode"])

    @property
    def status(self) -> str:
        return self.events[-1][0]

    def is_named(self, number: str) -> bool:
        return number in {self.id, *self.items}

    def happen(self, status: str) -> None:
        """Times have whole seconds, so each event comes at least one after the former."""
        now = datetime.now(UTC).replace(microsecond=0)
        last = self.events[-1][1] if self.events else now - timedelta(seconds=1)
        self.events.append((status, max(now, last + timedelta(seconds=1))))

    def move_on(self) -> None:
        """The next stage of its way; nothing once it has arrived."""
        route = _BACK if self.is_return else _ROUTE
        reached = max((route.index(status) for status, _ in self.events if status in route), default=-1)
        if reached + 1 < len(route):
            self.happen(route[reached + 1])


class Shipments:
    """All shipments, oldest first. Numbers do not repeat when a sandbox is started anew."""

    def __init__(self) -> None:
        self._all: dict[str, Shipment] = {}
        self._numbers = itertools.count(secrets.randbelow(10**6) * 100_000)

    def __iter__(self) -> Iterator[Shipment]:
        return iter(self._all.values())

    def add(self, asked: Json, *, is_test: bool, is_return: bool) -> Shipment:
        count = sum(len(goods["items"]) for goods in asked["goodsItem"])
        number = f"4012{next(self._numbers):014d}"
        items = [f"00373500{next(self._numbers):012d}" for _ in range(count)]
        shipment = Shipment(number, asked, items, is_test, is_return)
        shipment.happen("INFORMED")
        self._all[number] = shipment
        return shipment

    def remove(self, shipment: Shipment) -> None:
        del self._all[shipment.id]

    def named(self, number: str) -> list[Shipment]:
        """By the shipment's number or that of an item, which is all that tracking looks for."""
        return [shipment for shipment in self if shipment.is_named(number)]

    def referred(self, customer: str, reference: str) -> list[Shipment]:
        """By a customer's own reference, in any case."""
        return [
            shipment
            for shipment in self
            if shipment.customer == customer
            and reference.casefold() in {str(item["referenceNo"]).casefold() for item in shipment.references}
        ]
