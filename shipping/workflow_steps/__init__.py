"""Steps that send parcels: CompleteShipment, PrintShippingLabel, UpdateShipmentStatus, CancelShipments, BookReturn,
ConfirmDeliveryChoice, RegisterTracking, ExportShipments, ValidateTrackingNumber."""

from shipping.validating import ValidateTrackingNumber
from shipping.workflow_steps.booking import CompleteShipment
from shipping.workflow_steps.cancelling import CancelShipments
from shipping.workflow_steps.choosing import ConfirmDeliveryChoice
from shipping.workflow_steps.following import UpdateShipmentStatus
from shipping.workflow_steps.labelling import PrintShippingLabel
from shipping.workflow_steps.registering import RegisterTracking
from shipping.workflow_steps.returning import BookReturn
from shipping.workflow_steps.telling import ExportShipments

__all__ = [
    "BookReturn",
    "CancelShipments",
    "CompleteShipment",
    "ConfirmDeliveryChoice",
    "ExportShipments",
    "PrintShippingLabel",
    "RegisterTracking",
    "UpdateShipmentStatus",
    "ValidateTrackingNumber",
]
