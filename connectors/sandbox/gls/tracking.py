"""Track And Trace: a status, and the events that led to it, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.sandbox.gls.parcels import Parcel

Json = dict[str, Any]

_EVENTS = {
    "PREADVICE": ("INTIAL.PREADVICE", "The parcel's data is here, the parcel not yet."),
    "INTRANSIT": ("INTIAL.NORMAL", "The parcel has been handed over to GLS."),
    "INWAREHOUSE": ("SANDBX.DEPOT", "The parcel has come to the depot."),
    "INDELIVERY": ("SANDBX.DRIVER", "The parcel is with the driver."),
    "DELIVEREDPS": ("DELIVD.PARCELSHOP", "The parcel waits in the parcel shop."),
    "DELIVERED": ("DELIVD.POD", "The parcel has been handed over."),
    "CANCELED": ("CANCEL.NORMAL", "The parcel's data has been deleted."),
}


def told(requested: str, parcels: list[Parcel]) -> list[Json]:
    if not parcels:
        return [{"requested": requested, "errorCode": "E_404_01", "errorMessage": "Resource not found"}]
    return [_parcel(requested, parcel) for parcel in parcels]


def codes() -> Json:
    listed = [{"code": code, "description": text} for code, text in _EVENTS.values()]
    return {"eventsCodes": listed}


def _parcel(requested: str, parcel: Parcel) -> Json:
    status, moment = parcel.events[-1]
    return {
        "requested": requested,
        "unitno": parcel.number,
        "status": status,
        "statusDateTime": _time(moment),
        "events": [_event(*event) for event in reversed(parcel.events)],
    }


def _event(status: str, moment: datetime) -> Json:
    code, text = _EVENTS.get(status, (f"SANDBX.{status}", status))
    return {
        "code": code,
        "city": "" if status == "PREADVICE" else "Sandvik",
        "postalCode": "",
        "country": "DK",
        "description": text,
        "eventDateTime": _time(moment),
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")
