"""Where PostNord delivers, and when: service points, transit times, delivery options."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.sandbox.postnord.faults import Refused
from connectors.sandbox.postnord.services import NORTH, SERVICES, Service

Json = dict[str, Any]

_TRANSIT = "se.posten.loab.lisp.notis.publicapi.serviceapi.TransitTimeResponse"
_BOX = 2
_PLACES = (
    ("Corner shop", "Main Street", "2", 37, 300),
    ("Parcel box by the station", "Station Road", "1", _BOX, 900),
    ("Post centre", "Market Square", "5", 25, 2400),
)
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
_TYPES = {"19": "service-point", "17": "home", "86": "mailbox", "18": "parcel-b2b"}


def near(query: dict[str, str]) -> Json:
    """Three near every postal code, the nearest first."""
    country, postal_code = query.get("countryCode", ""), query.get("postalCode", "").replace(" ", "")
    if country not in NORTH:
        raise Refused("SP-001", f"There is no country {country} with service points")
    if not postal_code.isdecimal():
        raise Refused("SP-002", f"{postal_code or 'Nothing'} is no postal code")
    wanted = {kind for kind in query.get("typeId", "").split(",") if kind}
    found = [_point(country, f"{postal_code}{n}") for n in range(1, len(_PLACES) + 1)]
    found = [point for point in found if not wanted or str(point["type"]["typeId"]) in wanted]
    return _points(found[: int(query.get("numberOfServicePoints", 5))])


def by_id(query: dict[str, str]) -> Json:
    asked = query.get("ids", "").split(",")
    return _points([_point(query.get("countryCode", ""), one) for one in asked if is_point(one)])


def is_point(point_id: str) -> bool:
    """An id is the postal code and the place's number."""
    return len(point_id) > 3 and point_id.isdecimal() and 1 <= int(point_id[-1]) <= len(_PLACES)


def transit(query: dict[str, str]) -> Json:
    service = SERVICES.get(query.get("serviceCode", ""))
    origin, target = (query.get(f"{end}AddressCountryCode", "") for end in ("from", "to"))
    start = date.fromisoformat(query["dateOfDeparture"])
    if service is None or service.returns or not {origin, target} <= NORTH:
        fault = {"faultCode": "TT-001", "explanationText": "The service does not go there", "paramValues": []}
        return {_TRANSIT: {"compositeFault": {"faults": [fault]}}}
    days = service.days_between(origin, target)
    told = {
        "dateOfDeparture": f"{start} 18:00:00.0 CET",
        "latestTimeOfBooking": "14:00",
        "deliveryTime": "17:00",
        "deliveryDate": f"{after_working_days(start, days):%Y%m%d}",
        "transitTimeInDays": days,
        "possibleDeviation": False,
        "service": {"code": service.code, "groupCode": query.get("serviceGroupCode"), "name": service.name},
        "daysPickup": list(_DAYS),
    }
    return {_TRANSIT: {"transitTimes": [told]}}


def delivery_options(asked: Json) -> Json:
    if not (asked.get("customer") or {}).get("customerKey"):
        raise Refused("DO-001", "customer.customerKey is missing")
    [warehouse] = asked["warehouses"]
    origin, recipient = warehouse["address"]["countryCode"], asked["recipient"]["address"]
    options = list(_options(origin, recipient)) if {origin, recipient["countryCode"]} <= NORTH else []
    return {"warehouseToDeliveryOptions": [{"warehouse": warehouse, "deliveryOptions": options}]}


def after_working_days(start: date, days: int) -> date:
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def _options(origin: str, recipient: Json) -> Iterator[Json]:
    for code, kind in _TYPES.items():
        way = _way(SERVICES[code], origin, recipient["countryCode"])
        if not SERVICES[code].to_point:
            yield {"type": kind, "defaultOption": way}
            continue
        points = [_point(recipient["countryCode"], f"{recipient['postCode']}{n}") for n in (1, 2, 3)]
        yield {"type": kind, "additionalOptions": [_to_point(way, point) for point in points]}


def _way(service: Service, origin: str, target: str) -> Json:
    day = after_working_days(datetime.now(UTC).date(), service.days_between(origin, target))
    return {
        "bookingInstructions": {
            "deliveryOptionId": f"{service.code}-{origin}-{target}",
            "serviceCode": service.code,
            "additionalServiceCodes": ["A7"] if service.to_point else [],
        },
        "descriptiveTexts": {"checkout": {"title": service.name, "briefDescription": f"By {service.name}"}},
        "deliveryTime": {"date": {"latest": datetime.combine(day, time(17), UTC).isoformat()}},
    }


def _to_point(way: Json, point: Json) -> Json:
    address, [spot] = point["visitingAddress"], point["coordinates"]
    opened = {"open": True, "timeRanges": [{"from": "08:00", "to": "21:00"}]}
    location = {
        "name": point["name"],
        "distanceFromRecipientAddress": point["routeDistance"],
        "address": {**address, "postCode": address["postalCode"]},
        "coordinate": {"latitude": spot["northing"], "longitude": spot["easting"]},
        "openingHours": {"regular": {day.lower(): opened for day in _DAYS}},
    }
    booked = {**way["bookingInstructions"], "servicePointId": point["servicePointId"]}
    return {**way, "bookingInstructions": booked, "location": location}


def _points(found: list[Json]) -> Json:
    return {"servicePointInformationResponse": {"customerSupports": [], "servicePoints": found}}


def _point(country: str, point_id: str) -> Json:
    postal_code, place = point_id[:-1], int(point_id[-1])
    name, street, number, kind, distance = _PLACES[place - 1]
    address = {
        "countryCode": country,
        "city": "SANDVIK",
        "streetName": street,
        "streetNumber": number,
        "postalCode": postal_code,
    }
    opened = [{"openDay": day, "openTime": "08:00", "closeDay": day, "closeTime": "21:00"} for day in _DAYS]
    return {
        "name": f"{name} {postal_code}",
        "servicePointId": point_id,
        "routeDistance": distance,
        "visitingAddress": address,
        "deliveryAddress": address,
        "coordinates": [{"northing": 59.3 + place / 100, "easting": 18 + place / 100, "srId": "EPSG:4326"}],
        "openingHours": {"postalServices": opened},
        "type": {"typeId": kind, "typeName": name},
    }
