from shipping.models.provider import HEAVIEST, LONGEST, ShipmentOption, ShippingProvider
from shipping.models.records import Label, TrackingEvent
from shipping.models.shipment import ENDED, UNBOOKED, Package, Shipment, ShipmentState

__all__ = [
    "ENDED",
    "HEAVIEST",
    "LONGEST",
    "UNBOOKED",
    "Label",
    "Package",
    "Shipment",
    "ShipmentOption",
    "ShipmentState",
    "ShippingProvider",
    "TrackingEvent",
]
