"""The types of scheduled tasks that orders and stock bring along; importing them registers them."""

from workflows.imports.standing import ImportPaidInvoices, ImportReturns, ImportWarehouseOrders
from workflows.imports.tasks import ImportOrders
from workflows.inbound.announcing import ExportInboundDeliveries
from workflows.inbound.receiving import ImportInboundDeliveries
from workflows.schedules.cleanup import CleanUp
from workflows.stock.reading import ImportInventory
from workflows.stock.sending import ExportInventory

__all__ = [
    "CleanUp",
    "ExportInboundDeliveries",
    "ExportInventory",
    "ImportInboundDeliveries",
    "ImportInventory",
    "ImportOrders",
    "ImportPaidInvoices",
    "ImportReturns",
    "ImportWarehouseOrders",
]
