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


#: What the kinds of a shipment's events are called.
EVENTS = {
    1: "CreatedByImport",
    2: "CreatedByGUI",
    3: "CreatedByAPI",
    4: "Submitted",
    5: "PriceCalculated",
    8: "PackageLabelPrinted",
    10: "DeletedBeforeBatchCreated",
    11: "DeletedAfterBatchCreated",
    13: "EdiFileTransmitted",
    17: "TransmitSucceeded",
    18: "TransmitFailed",
    21: "Moving",
    22: "Delivered",
    28: "PrebookFailed",
}
#: What only concerns papers says nothing about where a parcel is, and neither does a kind that is not here.
STATES = {
    "CreatedByImport": TrackingState.PRE_TRANSIT,
    "CreatedByGUI": TrackingState.PRE_TRANSIT,
    "CreatedByAPI": TrackingState.PRE_TRANSIT,
    "Submitted": TrackingState.PRE_TRANSIT,
    "EdiFileTransmitted": TrackingState.PRE_TRANSIT,
    "TransmitSucceeded": TrackingState.PRE_TRANSIT,
    "Moving": TrackingState.IN_TRANSIT,
    "Delivered": TrackingState.DELIVERED,
    "DeletedBeforeBatchCreated": TrackingState.EXCEPTION,
    "DeletedAfterBatchCreated": TrackingState.EXCEPTION,
    "TransmitFailed": TrackingState.EXCEPTION,
    "PrebookFailed": TrackingState.EXCEPTION,
}
DELETED = frozenset({10, 11})

NOT_TAKEN_BACK = "nShift Ship does not take it back: {}. Ask the carrier, and throw the label away"

GUIDE = """
nShift gives an actor id and a key for Shipment Server: the actor goes into Merchant ID, the key into API Token. Leave Base
URL empty: Is Test chooses between the live server and sstest.consignor.com, where nShift's public actor 63 with the key
"sample" may be used; nothing that is booked there reaches a carrier.

Products are the ProdConceptID numbers that GetProducts lists for your actor, Services its service ids. Pickup points are
those of the first product that is asked for. For returns name the carrier's return product as Return Product. Shipment
Server's prices are not asked for: the shipping options have the prices entered here. Its tracking knows that the carrier was
told, that a parcel is on its way, and that it was delivered.
"""
