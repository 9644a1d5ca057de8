"""Pickup points: three near every postal code, the nearest first."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.bring.products import NORTH
from connectors.sandbox.core.wire import Response, json_response

Json = dict[str, Any]

_PLACES = (
    ("Corner shop", "Main Street 2", "4", "0.3"),
    ("Parcel locker by the station", "Station Road 1", "37", "0.9"),
    ("Post office", "Market Square 5", "21", "2.4"),
)


def near(country: str, postal_code: str, most: int) -> Response:
    if country not in NORTH or not postal_code.isdigit():
        return missing()
    points = [_point(country, postal_code, n) for n in range(1, len(_PLACES) + 1)]
    return json_response({"pickupPoint": points[:most]})


def by_id(country: str, point_id: str) -> Response:
    """An id is the postal code and the place's number."""
    if country not in NORTH or not is_point(point_id):
        return missing()
    return json_response({"pickupPoint": [_point(country, point_id[:-1], int(point_id[-1]))]})


def is_point(point_id: str) -> bool:
    return len(point_id) > 3 and point_id.isdecimal() and 1 <= int(point_id[-1]) <= len(_PLACES)


def missing() -> Response:
    return json_response({"errors": [{"code": "NOT_FOUND", "message": "There is no pickup point."}]}, 404)


def _point(country: str, postal_code: str, number: int) -> Json:
    name, street, kind, distance = _PLACES[number - 1]
    hours = "Mon - Fri: 0800-2100, Sat: 0900-1800"
    return {
        "id": f"{postal_code}{number}",
        "unitId": f"{postal_code}{number}",
        "name": f"{name} {postal_code}",
        "address": street,
        "postalCode": postal_code,
        "city": "SANDVIK",
        "countryCode": country,
        "visitingAddress": street,
        "visitingPostalCode": postal_code,
        "visitingCity": "SANDVIK",
        "openingHoursNorwegian": hours.replace("Mon - Fri", "Man - Fre").replace("Sat", "Lør"),
        "openingHoursEnglish": hours,
        "openingHoursDanish": None,
        "openingHoursSwedish": None,
        "openingHoursFinnish": None,
        "latitude": 59.9 + number / 100,
        "longitude": 10.7 + number / 100,
        "distanceInKm": distance,
        "type": kind,
    }
