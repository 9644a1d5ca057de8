"""What was booked, and what has happened to it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

Json = dict[str, Any]

LIFE = timedelta(hours=1)
#: State in the history, status of Shipment Data with its name.
PRINTED, CANCELLED = ("PRINTED", 1000, "Registered"), ("CANCELLED", 7001, "Cancelled")
_ROUTE = (PRINTED, ("DISPATCHING", 2000, "In transit"))
_DELIVERED = ("DELIVERED", 3000, "Delivered")
_TO_THE_DOOR = (*_ROUTE, ("OUTFORDELIVERY", 2001, "Out for delivery"), _DELIVERED)
_TO_AN_AGENT = (*_ROUTE, ("DELIVERING", 3001, "Ready for pickup"), _DELIVERED)
_ASIDE = {"RETURNED": ("RETURNED", 5001, "Returned to sender"), "DEVIATION": ("DISPATCHING", 5002, "Delayed")}


@dataclass(slots=True)
class Scan:
    state: str
    status: int
    name: str
    at: datetime
    uuid: str = field(default_factory=lambda: str(uuid4()))


@dataclass(slots=True)
class Shipment:
    """`asked` is the shipment as it was booked; `scans` are oldest first; `kind` is the type of its documents."""

    id: str
    number: str
    asked: Json
    kind: str
    parcels: list[str]
    created: datetime
    scans: list[Scan] = field(default_factory=list)
    uuid: str = field(default_factory=lambda: str(uuid4()))
    lapsed: bool = False

    @property
    def reference(self) -> str:
        return str(self.asked.get("orderNo") or "")

    @property
    def state(self) -> str:
        return self.scans[-1].state

    @property
    def print_id(self) -> str:
        return f"9{self.id}"

    @property
    def has_documents(self) -> bool:
        return not self.lapsed and datetime.now(UTC) - self.created < LIFE

    def is_named(self, number: str) -> bool:
        return number in {self.id, self.number, self.reference, *self.parcels}

    def happen(self, stage: tuple[str, int, str]) -> None:
        """Each comes at least a second after the former."""
        last = self.scans[-1].at if self.scans else self.created
        self.scans.append(Scan(*stage, at=max(datetime.now(UTC), last + timedelta(seconds=1))))

    def aside(self, word: str) -> None:
        self.happen(_ASIDE[word])

    def move_on(self) -> None:
        """The next stage of its way; nothing once it has arrived."""
        route = _TO_AN_AGENT if self.asked.get("agent") else _TO_THE_DOOR
        stages = [stage[1] for stage in route]
        reached = max((stages.index(scan.status) for scan in self.scans if scan.status in stages), default=-1)
        if reached + 1 < len(route) and self.state != CANCELLED[0]:
            self.happen(route[reached + 1])


class Shipments:
    """All shipments, oldest first. Numbers do not repeat when a sandbox is started anew."""

    def __init__(self) -> None:
        self._all: dict[str, Shipment] = {}
        self._numbers = itertools.count(secrets.randbelow(10**6) * 10_000)

    def __iter__(self) -> Iterator[Shipment]:
        return iter(self._all.values())

    def add(self, asked: Json, kind: str) -> Shipment:
        copies = sum(int(parcel.get("copies", 1)) for parcel in asked["parcels"])
        number = next(self._numbers)
        parcels = [f"37350048{next(self._numbers):010d}" for _ in range(copies)]
        shipment = Shipment(f"6{number:010d}", f"44{number:010d}", asked, kind, parcels, datetime.now(UTC))
        shipment.happen(PRINTED)
        self._all[shipment.id] = shipment
        return shipment

    def get(self, number: str) -> Shipment | None:
        return self._all.get(number)

    def named(self, number: str) -> list[Shipment]:
        return [shipment for shipment in self if shipment.is_named(number)]
