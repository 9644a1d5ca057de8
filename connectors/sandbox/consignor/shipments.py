"""What was submitted, and what has happened to it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

CREATED, SUBMITTED, DELETED, TRANSMITTED, MOVING, DELIVERED = 3, 4, 10, 17, 21, 22
_ROUTE = (SUBMITTED, TRANSMITTED, MOVING, DELIVERED)


@dataclass(slots=True)
class Shipment:
    """`asked` is the shipment as it was submitted; `events` are pairs of kind and time, oldest first."""

    id: int
    number: str
    asked: Json
    parcels: list[str]
    events: list[tuple[int, datetime]] = field(default_factory=list)

    @property
    def reference(self) -> str:
        return str(self.asked.get("OrderNo") or "")

    @property
    def kinds(self) -> set[int]:
        return {kind for kind, _ in self.events}

    @property
    def is_deleted(self) -> bool:
        return DELETED in self.kinds

    def is_named(self, number: str) -> bool:
        return number in {str(self.id), self.number, self.reference, *self.parcels}

    def happen(self, kind: int) -> None:
        """Times have whole seconds, so each comes at least one after the former."""
        now = datetime.now(UTC).replace(microsecond=0)
        last = self.events[-1][1] if self.events else now - timedelta(seconds=1)
        self.events.append((kind, max(now, last + timedelta(seconds=1))))

    def move_on(self) -> None:
        """The next stage of its way; nothing once it has arrived."""
        left = [kind for kind in _ROUTE if kind not in self.kinds]
        if left and not self.is_deleted:
            self.happen(left[0])

    def told(self) -> Json:
        """As GetShipment tells it."""
        asked, lines, numbers = self.asked, [], iter(enumerate(self.parcels, start=1))
        for line in asked["Lines"]:
            given = [next(numbers) for _ in line["Pkgs"]]
            packages = [{"ItemNo": place, "PkgNo": number} for place, number in given]
            lines.append({**line, "Pkgs": packages})
        return {
            **asked,
            "ShpCSID": self.id,
            "ShpNo": self.number,
            "ProdName": f"Product {asked['ProdConceptID']}",
            "Lines": lines,
            "CSEvents": [
                {"Kind": kind, "Date": at.isoformat(), "User": "sandbox"} for kind, at in self.events
            ],
        }


class Shipments:
    """All shipments, oldest first. Numbers do not repeat when a sandbox is started anew."""

    def __init__(self) -> None:
        self._all: dict[int, Shipment] = {}
        self._numbers = itertools.count(secrets.randbelow(10**5) * 10_000 + 1)

    def __iter__(self) -> Iterator[Shipment]:
        return iter(self._all.values())

    def add(self, asked: Json) -> Shipment:
        own, count = next(self._numbers), sum(len(line["Pkgs"]) for line in asked["Lines"])
        parcels = [f"0037073025{next(self._numbers):010d}" for _ in range(count)]
        shipment = Shipment(own, f"4017073{own:010d}", asked, parcels)
        for kind in (CREATED, SUBMITTED):
            shipment.happen(kind)
        self._all[own] = shipment
        return shipment

    def get(self, number: Any) -> Shipment | None:
        found = self._all.get(number) if isinstance(number, int) else None
        return found if found and not found.is_deleted else None

    def named(self, number: str) -> list[Shipment]:
        return [shipment for shipment in self if shipment.is_named(number)]
