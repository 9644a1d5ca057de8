"""GLS's parcel shops and lockers as pickup points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.shipping import PickupPoint, ShippingQuery
from connectors.errors import RetryLater
from connectors.providers.gls.words import DAYS, day_names

Json = Mapping[str, Any]

_TIME = re.compile(r"(?:^|T)(\d{2}:\d{2})")


def pickup_points(body: Any, query: ShippingQuery) -> list[PickupPoint]:
    """Nearest first. How far they are is not told: the unit of GLS's AirlineDistance is not published."""
    with reading("GLS's list of parcel shops", RetryLater):
        shops = sorted(body.get("ParcelShop") or [], key=_distance)
        return [_point(shop, query.language) for shop in shops[: query.limit]]


def _distance(shop: Json) -> Decimal:
    """Shops without a distance keep their place behind the others."""
    told = shop.get("AirlineDistance")
    return Decimal(str(told).replace(",", ".")) if told else Decimal("Infinity")


def _point(shop: Json, language: str) -> PickupPoint:
    found = shop["Address"]
    street = f"{found.get('Street') or ''} {found.get('StreetNumber') or ''}".strip()
    if not shop["ParcelShopID"]:
        raise ValueError("ParcelShopID is empty")
    return PickupPoint(
        id=str(shop["ParcelShopID"]),
        name=found["Name1"],
        address=Address(
            name=found["Name1"],
            line1=street,
            postal_code=found.get("ZIPCode") or found.get("Zipcode") or "",
            city=found.get("City") or "",
            country=found.get("CountryCode") or "",
        ),
        opening_hours=", ".join(_hours(shop.get("WorkingDay") or [], day_names(language))),
    )


def _hours(days: list[Json], names: Mapping[str, str]) -> Iterator[str]:
    """In the order of the week, one part a day: "Mon 09:00-12:00 13:00-18:00"."""
    known = {day.get("DayOfWeek"): day for day in days}
    for code in DAYS:
        spans = list(_spans(known.get(code) or {}))
        if spans:
            yield f"{names[code]} {' '.join(spans)}"


def _spans(day: Json) -> Iterator[str]:
    """The hours of a day, interrupted by its breaks."""
    for opens, closes in _pairs(day.get("OpeningHours")):
        for begins, ends in _pairs(day.get("Breaks")):
            if opens < begins < ends < closes:
                yield f"{opens}-{begins}"
                opens = ends
        yield f"{opens}-{closes}"


def _pairs(held: Any) -> list[tuple[str, str]]:
    spans = (held or {}).get("OpeningHours") or []
    return sorted((_time(span["From"]), _time(span["To"])) for span in spans)


def _time(text: str) -> str:
    found = _TIME.search(text)
    if found is None:
        raise ValueError(f"{text!r} is no time of day")
    return found[1]
