"""The nShift portal's APIs: Checkout v2 tells prices, Shipment Data what happened to a shipment.

Kilograms, cubic centimetres, prices in major units. A session of Checkout is good for one question here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.auth import ClientCredentials
from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.measures import VolumeUnit, WeightUnit, volume_in, weight_in
from connectors.contracts.shipping import (
    DeliveryType,
    PickupPoint,
    ShippingOption,
    ShippingQuery,
    TrackingEvent,
)
from connectors.errors import RetryLater
from connectors.providers.unifaun.answers import required
from connectors.providers.unifaun.words import state_of
from tenants.money import Money

Json = Mapping[str, Any]

LOGIN = ClientCredentials("{tenant_url}/idp/connect/token")
SESSIONS = "/checkout/options/v1/sessions"
OPTIONS = "/checkout/options/v1/shipping-options"
SHIPMENTS = "/track/shipmentdata/Operational/Shipments"
PAGE = 20
#: Shipment Data looks through at most so long a time at once; two of them are looked through.
_WINDOW = timedelta(days=31)
_WINDOWS = 2
#: Where a package's number may be.
_NUMBERS = ("packageNumber", "number", "barcode")


def session_of(body: Any) -> str:
    with reading("nShift Checkout's session", RetryLater):
        return required(body, "sessionId")


def options_body(query: ShippingQuery) -> dict[str, Any]:
    weight = weight_in(sum(parcel.weight for parcel in query.parcels), WeightUnit.KILOGRAM)
    body = {
        "currencyCode": query.currency,
        "languageCode": query.language.partition("-")[0].lower() or "en",
        "totalWeightKg": weight,
        "receiver": {"postalCode": query.recipient.postal_code, "country": query.recipient.country},
        "packages": [
            {"weightKg": weight_in(parcel.weight, WeightUnit.KILOGRAM), **_volume(parcel)}
            for parcel in query.parcels
        ],
    }
    return {**body, "variables": {"cartPrice": query.cart.total.amount}} if query.cart else body


def options(body: Any, query: ShippingQuery) -> list[ShippingOption]:
    """Only what is valid here; of the products that were named, if any were."""
    wanted = {product.casefold() for product in query.products}
    with reading("nShift Checkout's options", RetryLater):
        given = [_option(item, query) for item in body["options"] if item.get("valid", True)]
    return [option for option in given if not wanted or option.product.casefold() in wanted]


def search_bodies(reference: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Searches from the latest time back."""
    for number in range(_WINDOWS):
        end = now - number * _WINDOW
        yield {
            "query": reference,
            "startDate": (end - _WINDOW).isoformat(timespec="seconds"),
            "endDate": end.isoformat(timespec="seconds"),
            "pageSize": PAGE,
            "pageIndex": 0,
            "installationTags": [],
            "actorTags": [],
            "carrierTags": [],
        }


def found(body: Any, reference: str) -> list[str]:
    """Ids of the shipments that are ours: the search finds others whose number is like it."""
    with reading("nShift's search for shipments", RetryLater):
        own = (
            item for item in body if reference in (item.get("orderNumber"), item.get("additionalReference"))
        )
        return [required(item, "uuid") for item in own]


def events(body: Any, reference: str) -> list[TrackingEvent]:
    """Oldest first. One that is told in several places is about the whole shipment, and told once."""
    with reading("nShift's shipment data", RetryLater):
        unique: dict[str, TrackingEvent] = {}
        for raw, package in _raw_events(body):
            event = _event(raw, package, reference)
            before = unique.setdefault(event.id, event)
            unique[event.id] = before if before.parcel == event.parcel else replace(event, parcel="")
        return sorted(unique.values(), key=lambda event: event.occurred_at)


def _volume(parcel: Any) -> dict[str, Decimal]:
    volume = volume_in(parcel.length, parcel.width, parcel.height, VolumeUnit.CUBIC_CENTIMETRE)
    return {"volumeCm3": volume} if volume else {}


def _option(item: Json, query: ShippingQuery) -> ShippingOption:
    points = tuple(_point(point) for point in item.get("pickupPoints") or [])
    price = item.get("price")
    return ShippingOption(
        product=item.get("sourceSystemProductId") or required(item, "optionId"),
        name=required(item, "name"),
        price=None if price is None else Money.of(Decimal(price), query.currency),
        description=(item.get("deliveryTime") or {}).get("description") or "",
        carrier=item.get("sourceSystemCarrierId") or "",
        offer=required(item, "optionId"),
        type=DeliveryType.PICKUP_POINT if points else None,
        pickup_points=points[: query.limit],
    )


def _point(item: Json) -> PickupPoint:
    name = required(item, "name")
    return PickupPoint(
        id=required(item, "pickupPointId"),
        name=name,
        address=Address(
            name=name,
            line1=item.get("address1") or "",
            postal_code=item.get("postalCode") or "",
            city=item.get("city") or "",
            country=item.get("countryCode") or "",
        ),
    )


def _raw_events(shipment: Json) -> Iterator[tuple[Json, str]]:
    """Events with the number of their package, "" for those of the whole shipment."""
    yield from ((raw, "") for raw in shipment["events"] or [])
    lines = shipment.get("lines") or []
    packages = [package for line in lines for package in line.get("packages") or []]
    for place, package in enumerate(packages, start=1):
        number = _number_of(package) or ("" if len(packages) == 1 else f"package {place}")
        yield from ((raw, number) for raw in package.get("events") or [])


def _number_of(package: Json) -> str:
    return next((str(package[name]) for name in _NUMBERS if package.get(name)), "")


def _event(raw: Json, package: str, reference: str) -> TrackingEvent:
    status, name = raw.get("normalizedStatusId"), raw.get("normalizedStatusName") or ""
    moment = datetime.fromisoformat(raw["date"])
    if moment.tzinfo is None:
        raise ValueError("an event's date has no time zone")
    return TrackingEvent(
        id=required(raw, "uuid"),
        parcel=package,
        number=reference,
        state=state_of(None if status is None else int(status), name),
        raw_state=str(status if status is not None else name or "unknown"),
        occurred_at=moment,
        description=raw.get("configurationName") or name,
    )
