"""The services that the simulated PostNord has."""

from __future__ import annotations

from dataclasses import dataclass

ISSUERS = {"SE": "Z12", "DK": "Z11", "NO": "Z13", "FI": "Z14"}
NORTH = frozenset(ISSUERS)


@dataclass(frozen=True, slots=True)
class Service:
    """Weights in grams for one item; `days` is how long it takes inside a country, one more between two."""

    code: str
    name: str
    heaviest: int
    days: int
    to_point: bool = False
    returns: bool = False

    def days_between(self, origin: str, target: str) -> int:
        return self.days + (origin != target)


_ALL = (
    Service("17", "MyPack Home", 35_000, 2),
    Service("18", "PostNord Parcel", 35_000, 1),
    Service("19", "MyPack Collect", 20_000, 2, to_point=True),
    Service("24", "Return Drop Off", 35_000, 3, returns=True),
    Service("86", "MyPack Mailbox", 5_000, 2),
)
SERVICES = {service.code: service for service in _ALL}
