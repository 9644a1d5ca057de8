"""What nShift finds wrong with a shipment: all of it at once, each with the field that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

#: Services with the most kilograms of one parcel.
SERVICES = {
    "P15": 35,
    "P17": 35,
    "P18": 35,
    "P19": 20,
    "P24": 20,
    "P19NO": 20,
    "P24NO": 20,
    "BPSP": 35,
    "BPPD": 35,
}


def problems_of(asked: Json, config: Json) -> list[Json]:
    return [
        {"message": text, "messageCode": code, "field": field, "location": "", "type": "error"}
        for code, field, text in _problems(asked, config)
    ]


def _problems(asked: Json, config: Json) -> Iterator[tuple[str, str, str]]:
    if not config.get("target1Media"):
        yield "Mandatory", "PrintConfig_Media", "There is no media to print on"
    for name in ("sender", "receiver"):
        party = asked.get(name) or {}
        for part in ("name", "city", "country"):
            if not party.get(part) and not party.get("quickId"):
                yield "Mandatory", f"Address_{part.title()}", f"The {name} has no {part}"
        if party.get("zipcode") == "0000":
            yield "ZipCode", "Address_Zipcode", "Not valid postal code"
    service = str((asked.get("service") or {}).get("id") or "")
    if service not in SERVICES:
        yield "Service", "Shipment_Service", f"There is no service {service}"
    parcels = asked.get("parcels") or []
    if not parcels:
        yield "Mandatory", "ParcelGroup", "There is no parcel"
    for parcel in parcels:
        if not parcel.get("copies"):
            yield "Mandatory", "ParcelGroup_Copies", "A parcel has no number of copies"
        if parcel.get("weight", 0) > SERVICES.get(service, 35):
            most = SERVICES.get(service, 35)
            yield "MaximumFlt", "ParcelGroup_Weight", f"maximum value ({most}) exceeded"
