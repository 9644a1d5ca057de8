"""Track & Trace: an empty list for what is not known, and events newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.sandbox.postnord.places import after_working_days
from connectors.sandbox.postnord.services import SERVICES
from connectors.sandbox.postnord.shipments import Shipment

Json = dict[str, Any]

_TEXTS = {
    "INFORMED": "PostNord has been told about the item",
    "EN_ROUTE": "The item is on its way",
    "AVAILABLE_FOR_DELIVERY": "The item can be delivered",
    "DELIVERED": "The item has been delivered",
    "RETURNED": "The item has gone back",
}
_CODES = {"INFORMED": "10", "EN_ROUTE": "31", "AVAILABLE_FOR_DELIVERY": "36", "DELIVERED": "40"}


def answer(shipments: list[Shipment]) -> Json:
    return {"TrackingInformationResponse": {"shipments": [_shipment(shipment) for shipment in shipments]}}


def _shipment(shipment: Shipment) -> Json:
    parties, service = shipment.asked["parties"], SERVICES.get(shipment.service)
    consignee, start = parties["consignee"]["party"], shipment.events[0][1]
    address = consignee["address"]
    arrives = after_working_days(start.date(), service.days if service else 2)
    return {
        "shipmentId": shipment.id,
        "status": shipment.status,
        "statusText": {"header": _TEXTS.get(shipment.status, shipment.status), "body": ""},
        "assessedNumberOfItems": len(shipment.items),
        "customerNumber": shipment.customer,
        "service": {"code": shipment.service, "sourceSystem": "EDI", "name": service.name if service else ""},
        "consignor": {"name": parties["consignor"]["party"]["nameIdentification"]["name"]},
        "consignee": {
            "name": consignee["nameIdentification"]["name"],
            "address": {
                "city": address["city"],
                "postCode": address["postalCode"],
                "countryCode": address["countryCode"],
            },
        },
        "shipmentReferences": [
            {"type": item["referenceType"], "value": item["referenceNo"]} for item in shipment.references
        ],
        "estimatedTimeOfArrival": f"{arrives}T17:00:00+01:00",
        "items": [_item(shipment, item) for item in shipment.items],
    }


def _item(shipment: Shipment, number: str) -> Json:
    done = {"deliveryDate": shipment.events[-1][1].isoformat()} if shipment.status == "DELIVERED" else {}
    return {
        "itemId": number,
        "status": shipment.status,
        **done,
        "events": [_event(shipment, *event) for event in reversed(shipment.events)],
    }


def _event(shipment: Shipment, status: str, moment: datetime) -> Json:
    to_point = "deliveryParty" in shipment.asked["parties"] or shipment.service == "19"
    at_point = to_point and status in {"AVAILABLE_FOR_DELIVERY", "DELIVERED"}
    return {
        "eventTime": moment.isoformat(),
        "eventCode": _CODES.get(status, "99"),
        "status": status,
        "eventDescription": _TEXTS.get(status, status),
        "location": {
            "displayName": "Sandvik",
            "city": "SANDVIK",
            "countryCode": "SE",
            "locationId": "4711" if at_point else "120",
            "locationType": "SERVICE_POINT" if at_point else "HUB",
        },
    }
