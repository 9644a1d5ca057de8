"""Shipment Server's words: kinds of addresses, references and events, and what an administrator has to do."""

from __future__ import annotations

from enum import IntEnum

from connectors.contracts.shipping import TrackingState


class AddressKind(IntEnum):
    RECEIVER = 1
    SENDER = 2
    DROP_POINT = 10


class ReferenceKind(IntEnum):
    RECEIVER = 7
    SENDER = 12
    CONTENTS = 23


#: The kinds of a shipment's events by number. What only concerns papers says nothing about where a parcel is.
STATES = {
    "1": TrackingState.PRE_TRANSIT,
    "2": TrackingState.PRE_TRANSIT,
    "3": TrackingState.PRE_TRANSIT,
    "4": TrackingState.PRE_TRANSIT,
    "10": TrackingState.EXCEPTION,
    "11": TrackingState.EXCEPTION,
    "13": TrackingState.PRE_TRANSIT,
    "17": TrackingState.PRE_TRANSIT,
    "18": TrackingState.EXCEPTION,
    "21": TrackingState.IN_TRANSIT,
    "22": TrackingState.DELIVERED,
    "28": TrackingState.EXCEPTION,
}
DELETED = frozenset({"10", "11"})
EVENTS = {
    "1": "Created by import",
    "2": "Created by hand",
    "3": "Created by API",
    "4": "Submitted",
    "5": "Price calculated",
    "8": "Label printed",
    "10": "Deleted before it was transmitted",
    "11": "Deleted after it was transmitted",
    "13": "Carrier told",
    "17": "Carrier told",
    "18": "The carrier could not be told",
    "21": "On its way",
    "22": "Delivered",
    "28": "The carrier refused the booking",
}

NOT_TAKEN_BACK = "nShift Ship does not take it back: {}. Ask the carrier, and throw the label away"

GUIDE = """
nShift gives an actor id and a key for Shipment Server: the actor goes into Merchant ID, the key into API Token. Base URL is
https://www.shipmentserver.com/ship/ShipmentServerModule.dll for live and
https://sstest.consignor.com/ship/ShipmentServerModule.dll for tests, where nShift's public actor 63 with the key "sample"
may be used; nothing that is booked there reaches a carrier.

Products are the ProdConceptID numbers that GetProducts lists for your actor, Services its service ids. Pickup points are
those of the first product that is asked for. For returns name the carrier's return product as Return Product. Shipment
Server's prices are not asked for: the shipping options have the prices entered here. Its tracking knows that the carrier was
told, that a parcel is on its way, and that it was delivered.
"""
