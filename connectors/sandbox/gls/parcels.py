"""What was booked, parcel by parcel, and what has happened to each."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_TO_THE_DOOR = ("PREADVICE", "INTRANSIT", "INWAREHOUSE", "INDELIVERY", "DELIVERED")
_TO_A_SHOP = ("PREADVICE", "INTRANSIT", "INWAREHOUSE", "DELIVEREDPS", "DELIVERED")


@dataclass(slots=True)
class Parcel:
    """`asked` is the unit, `shipment` all that it was booked with; `events` are pairs of status and time, oldest first."""

    track_id: str
    number: str
    asked: Json
    shipment: Json
    booked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    events: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def references(self) -> list[str]:
        return list(self.shipment.get("ShipmentReference") or [])

    @property
    def status(self) -> str:
        return self.events[-1][0]

    @property
    def to_a_shop(self) -> bool:
        return any("ShopDelivery" in service for service in self.shipment.get("Service") or [])

    def is_named(self, number: str) -> bool:
        return number in {self.track_id, self.number, *self.references}

    def happen(self, status: str) -> None:
        """Times have whole seconds, so each event comes at least one after the former."""
        now = datetime.now(UTC).replace(microsecond=0)
        last = self.events[-1][1] if self.events else now - timedelta(seconds=1)
        self.events.append((status, max(now, last + timedelta(seconds=1))))

    def move_on(self) -> None:
        """The next stage of its way; nothing once it has arrived or is cancelled."""
        route = _TO_A_SHOP if self.to_a_shop else _TO_THE_DOOR
        reached = [route.index(status) for status, _ in self.events if status in route]
        if self.status != "CANCELED" and max(reached) + 1 < len(route):
            self.happen(route[max(reached) + 1])


class Parcels:
    """All parcels, oldest first. Numbers do not repeat when a sandbox is started anew."""

    def __init__(self) -> None:
        self._all: dict[str, Parcel] = {}
        self._numbers = itertools.count(secrets.randbelow(10**6) * 1_000)

    def __iter__(self) -> Iterator[Parcel]:
        return iter(self._all.values())

    def add(self, shipment: Json) -> list[Parcel]:
        return [self._added(unit, shipment) for unit in shipment["ShipmentUnit"]]

    def of(self, track_id: str) -> Parcel | None:
        return self._all.get(track_id)

    def named(self, number: str) -> list[Parcel]:
        return [parcel for parcel in self if parcel.is_named(number)]

    def _added(self, unit: Json, shipment: Json) -> Parcel:
        n = next(self._numbers)
        parcel = Parcel(_track_id(n), f"208{n:09d}", unit, shipment)
        parcel.happen("PREADVICE")
        self._all[parcel.track_id] = parcel
        return parcel


def _track_id(number: int) -> str:
    text = "Z"
    for place in reversed(range(7)):
        text += _LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)]
    return text
