"""What was booked, and the events that have happened to it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

Json = dict[str, Any]

_ROUTE = ("PRE_NOTIFIED", "HANDED_IN", "IN_TRANSIT", "TERMINAL")
_TO_A_PICKUP_POINT = (*_ROUTE, "READY_FOR_PICKUP", "DELIVERED")
_TO_THE_DOOR = (*_ROUTE, "TRANSPORT_TO_RECIPIENT", "DELIVERED")


@dataclass(slots=True)
class Package:
    number: str
    asked: Json


@dataclass(slots=True)
class Shipment:
    """`asked` is the consignment as it was booked; `events` are pairs of status and time, oldest first."""

    consignment: str
    asked: Json
    packages: list[Package]
    is_test: bool
    to_pickup_point: bool
    label_id: str = field(default_factory=lambda: str(uuid4()))
    events: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def reference(self) -> str:
        return self.asked["parties"]["sender"].get("reference") or self.asked.get("correlationId") or ""

    @property
    def status(self) -> str:
        return self.events[-1][0]

    def is_named(self, number: str) -> bool:
        """By the consignment, a package or the sender's reference, which is all that Bring looks for."""
        names = {self.consignment, self.asked["parties"]["sender"].get("reference")}
        return number in names | {package.number for package in self.packages}

    def happen(self, status: str) -> None:
        """Times have whole seconds, so each event comes at least one after the former."""
        now = datetime.now(UTC).replace(microsecond=0)
        last = self.events[-1][1] if self.events else now - timedelta(seconds=1)
        self.events.append((status, max(now, last + timedelta(seconds=1))))

    def move_on(self) -> None:
        """The next stage of its way; nothing once it has arrived."""
        route = _TO_A_PICKUP_POINT if self.to_pickup_point else _TO_THE_DOOR
        reached = [route.index(status) for status, _ in self.events if status in route]
        if max(reached, default=-1) + 1 < len(route):
            self.happen(route[max(reached, default=-1) + 1])


class Shipments:
    """All shipments, oldest first. Numbers do not repeat when a sandbox is started anew."""

    def __init__(self) -> None:
        self._all: dict[str, Shipment] = {}
        self._numbers = itertools.count(secrets.randbelow(10**9) * 10_000)

    def __iter__(self) -> Iterator[Shipment]:
        return iter(self._all.values())

    def add(self, asked: Json, *, is_test: bool, to_pickup_point: bool) -> Shipment:
        consignment = f"707{next(self._numbers):014d}"
        packages = [Package(f"3707{next(self._numbers):014d}", item) for item in asked["packages"]]
        shipment = Shipment(consignment, asked, packages, is_test, to_pickup_point)
        shipment.happen("PRE_NOTIFIED")
        self._all[consignment] = shipment
        return shipment

    def named(self, number: str) -> list[Shipment]:
        return [shipment for shipment in self if shipment.is_named(number)]

    def of_label(self, label_id: str) -> Shipment | None:
        return next((shipment for shipment in self if shipment.label_id == label_id), None)
