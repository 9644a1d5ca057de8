from shipping.models.account import ShippingAccount
from shipping.models.printing import PrintJob, PrintState
from shipping.models.provider import HEAVIEST, LONGEST, ShipmentOption, ShippingProvider
from shipping.models.records import Label, TrackingEvent, TrackingUse
from shipping.models.shipment import ENDED, UNBOOKED, Package, Shipment, ShipmentState

__all__ = [
    "ENDED",
    "HEAVIEST",
    "LONGEST",
    "UNBOOKED",
    "Label",
    "Package",
    "PrintJob",
    "PrintState",
    "Shipment",
    "ShipmentOption",
    "ShipmentState",
    "ShippingAccount",
    "ShippingProvider",
    "TrackingEvent",
    "TrackingUse",
]
