"""Tracking: newest event first, and null where there is nothing to say, as Bring does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.sandbox.bring.shipments import Package, Shipment

Json = dict[str, Any]

TEXTS = {
    "PRE_NOTIFIED": "We have been told about the shipment.",
    "HANDED_IN": "The shipment has been handed in.",
    "IN_TRANSIT": "The shipment is on its way.",
    "TERMINAL": "The shipment has come to the terminal.",
    "READY_FOR_PICKUP": "The shipment can be picked up.",
    "TRANSPORT_TO_RECIPIENT": "The shipment is out for delivery.",
    "DELIVERED": "The shipment has been delivered.",
    "RETURN": "The shipment is on its way back.",
}


def answer(shipments: list[Shipment]) -> Json:
    if not shipments:
        return failed(404, "Nothing is known under this number")
    return {"apiVersion": "2", "consignmentSet": [_consignment(item) for item in shipments]}


def failed(code: int, text: str) -> Json:
    return {"apiVersion": "2", "consignmentSet": [{"error": {"code": code, "message": text}}]}


def _consignment(shipment: Shipment) -> Json:
    parties = shipment.asked["parties"]
    return {
        "consignmentId": shipment.consignment,
        "previousConsignmentId": "",
        "packageSet": [_package(package, shipment) for package in shipment.packages],
        "senderReference": parties["sender"].get("reference"),
        "senderName": parties["sender"]["name"],
        "senderCustomerNumber": shipment.asked["product"]["customerNumber"],
        "recipientAddress": {
            "addressLine1": parties["recipient"]["addressLine"],
            "postalCode": parties["recipient"]["postalCode"],
            "city": parties["recipient"]["city"],
            "countryCode": parties["recipient"]["countryCode"],
        },
        "recipientHandlingAddress": None,
        "isPickupNoticeAvailable": shipment.status == "READY_FOR_PICKUP",
        "totalWeightInKgs": sum(package.asked["weightInKg"] for package in shipment.packages),
    }


def _package(package: Package, shipment: Shipment) -> Json:
    size = package.asked["dimensions"]
    return {
        "statusDescription": TEXTS.get(shipment.status, ""),
        "descriptions": [],
        "packageNumber": package.number,
        "productName": shipment.asked["product"]["id"],
        "productCode": shipment.asked["product"]["id"],
        "productLink": None,
        "brand": "POSTEN",
        "lengthInCm": size.get("lengthInCm"),
        "widthInCm": size.get("widthInCm"),
        "heightInCm": size.get("heightInCm"),
        "weightInKgs": package.asked["weightInKg"],
        "pickupCode": "AB12" if shipment.status == "READY_FOR_PICKUP" else None,
        "dateOfEstimatedDelivery": None,
        "eventSet": [_event(status, moment) for status, moment in reversed(shipment.events)],
        "additionalServiceSet": [],
    }


def _event(status: str, moment: datetime) -> Json:
    return {
        "description": TEXTS.get(status, status),
        "status": status,
        "unitId": "045510",
        "unitType": "BRING",
        "postalCode": None,
        "city": "SANDVIK",
        "countryCode": "NO",
        "country": "Norway",
        "dateIso": moment.isoformat(),
        "consignmentEvent": False,
        "insignificant": False,
    }
