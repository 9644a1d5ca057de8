"""What PostNord offers shoppers: service points, delivery dates by service, or whole delivery options. No prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from connectors.contracts.addresses import split_street
from connectors.contracts.base import reading
from connectors.contracts.common import Address
from connectors.contracts.shipping import DeliveryType, PickupPoint, ShippingOption, ShippingQuery
from connectors.errors import RetryLater
from connectors.providers.postnord.failures import faults_in
from connectors.providers.postnord.words import DELIVERY_TYPES, PARCEL_BOX, hours

Json = Mapping[str, Any]

_TRANSIT = "se.posten.loab.lisp.notis.publicapi.serviceapi.TransitTimeResponse"


def near(query: ShippingQuery, types: str) -> dict[str, Any]:
    """The question for service points; `types` are PostNord's numbers of them, with commas."""
    street, number = split_street(query.recipient.line1)
    asked = {
        "countryCode": query.recipient.country,
        "postalCode": query.recipient.postal_code,
        "city": query.recipient.city,
        "streetName": street,
        "streetNumber": number,
        "typeId": types.replace(" ", ""),
    }
    return {
        "returnType": "json",
        "context": "optionalservicepoint",
        "srId": "EPSG:4326",
        "numberOfServicePoints": query.limit,
        **{name: value for name, value in asked.items() if value},
    }


def points(body: Any, language: str) -> list[PickupPoint]:
    with reading("PostNord's list of service points", RetryLater):
        found = body["servicePointInformationResponse"].get("servicePoints")
        if found is None:
            raise ValueError("it has no servicePoints")
        return [_point(item, language) for item in found]


def journey(query: ShippingQuery, product: str, issuer: str, today: date) -> dict[str, str]:
    """The question for the delivery date of one service."""
    return {
        "dateOfDeparture": (query.ship_on or today).isoformat(),
        "serviceCode": product,
        "serviceGroupCode": issuer,
        "fromAddressPostalCode": query.sender.postal_code,
        "fromAddressCountryCode": query.sender.country,
        "toAddressPostalCode": query.recipient.postal_code,
        "toAddressCountryCode": query.recipient.country,
    }


def arrival(body: Any, product: str) -> ShippingOption | None:
    """The service with its delivery date; None where PostNord has faults to tell instead: it does not go there."""
    with reading("PostNord's transit times", RetryLater):
        response = body[_TRANSIT]
        times = response.get("transitTimes") or []
        if not times and next(faults_in(response), None) is None:
            raise ValueError("it has neither transitTimes nor faults")
        if not times:
            return None
        name = (times[0].get("service") or {}).get("name")
        return ShippingOption(
            product=product, name=name or product, delivery=date.fromisoformat(times[0]["deliveryDate"])
        )


def wishes(query: ShippingQuery, customer_key: str, now: datetime) -> dict[str, Any]:
    """The question for delivery options of what is ordered now."""
    sender, recipient = query.sender, query.recipient
    address = {"postCode": sender.postal_code, "street": sender.line1, "city": sender.city}
    handling = {"timeOfLatestOrder": now.isoformat(timespec="seconds")}
    warehouse = {"id": "1", "address": {**address, "countryCode": sender.country}, "orderHandling": handling}
    place = {"postCode": recipient.postal_code, "countryCode": recipient.country}
    return {
        "warehouses": [warehouse],
        "customer": {"customerKey": customer_key},
        "recipient": {"address": place},
    }


def offers(body: Any, query: ShippingQuery) -> list[ShippingOption]:
    """Those of the products that were asked for, each with its service points."""
    wanted = {product.casefold() for product in query.products}
    with reading("PostNord's delivery options", RetryLater):
        [answer] = body["warehouseToDeliveryOptions"]
        found = [_offer(item, query.language) for item in answer["deliveryOptions"]]
        return [option for option in found if option and option.product.casefold() in wanted]


def _offer(item: Json, language: str) -> ShippingOption | None:
    ways = [way for way in (item.get("defaultOption"), *(item.get("additionalOptions") or ())) if way]
    if not ways:
        return None
    first, code = ways[0], ways[0]["bookingInstructions"]["serviceCode"]
    texts = (first.get("descriptiveTexts") or {}).get("checkout") or {}
    kind = DELIVERY_TYPES.get(item["type"])
    return ShippingOption(
        product=str(code),
        name=texts.get("title") or str(code),
        description=texts.get("briefDescription") or "",
        services=tuple(map(str, first["bookingInstructions"].get("additionalServiceCodes") or ())),
        offer=str(first["bookingInstructions"].get("deliveryOptionId") or ""),
        delivery=_day((first.get("deliveryTime") or {}).get("date") or {}),
        type=kind,
        pickup_points=tuple(_place(way, kind, language) for way in ways if way.get("location")),
    )


def _place(way: Json, kind: DeliveryType | None, language: str) -> PickupPoint:
    place, address = way["location"], way["location"]["address"]
    spot: Json = place.get("coordinate") or {}
    regular: Json = (place.get("openingHours") or {}).get("regular") or {}
    rows = [
        (day, span["from"], span["to"])
        for day, told in regular.items()
        for span in told.get("timeRanges") or ()
    ]
    return PickupPoint(
        id=str(way["bookingInstructions"]["servicePointId"]),
        name=place["name"],
        address=_address(place["name"], address, address.get("postCode")),
        opening_hours=hours(rows, language),
        latitude=_coordinate(spot.get("latitude")),
        longitude=_coordinate(spot.get("longitude")),
        distance=_whole(place.get("distanceFromRecipientAddress")),
        type=kind or DeliveryType.PICKUP_POINT,
    )


def _point(item: Json, language: str) -> PickupPoint:
    if not item["servicePointId"] or not item["name"]:
        raise ValueError("a service point has no id or no name")
    where = item.get("visitingAddress") or item.get("deliveryAddress") or {}
    spot: Json = next(iter(item.get("coordinates") or ()), {})
    is_box = str((item.get("type") or {}).get("typeId")) == PARCEL_BOX
    return PickupPoint(
        id=str(item["servicePointId"]),
        name=item["name"],
        address=_address(item["name"], where, where.get("postalCode")),
        opening_hours=hours(_rows(item.get("openingHours") or ()), language),
        latitude=_coordinate(spot.get("northing")),
        longitude=_coordinate(spot.get("easting")),
        distance=_whole(item.get("routeDistance")),
        type=DeliveryType.LOCKER if is_box else DeliveryType.PICKUP_POINT,
    )


def _rows(told: Any) -> list[tuple[str, str, str]]:
    """Day, from and until: the fifth version of the API groups them by purpose, the first had a list."""
    if isinstance(told, Mapping):
        rows = told.get("postalServices") or ()
        return [(row["openDay"], row.get("openTime") or "", row.get("closeTime") or "") for row in rows]
    return [(row["day"], row.get("from1") or "", row.get("to1") or "") for row in told]


def _address(name: str, told: Json, postal_code: Any) -> Address:
    street = (told.get("streetName") or "", told.get("streetNumber") or "")
    return Address(
        name=name,
        line1=" ".join(part for part in street if part),
        postal_code=postal_code or "",
        city=told.get("city") or "",
        country=told.get("countryCode") or "",
    )


def _day(told: Json) -> date | None:
    text = told.get("latest") or told.get("earliest")
    return datetime.fromisoformat(text).date() if text else None


def _coordinate(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def _whole(value: Any) -> int | None:
    return None if value in (None, "") else int(value)
