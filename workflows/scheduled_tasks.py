"""The types of scheduled tasks that orders, stock and the catalogue bring along; importing them registers them."""

from workflows.feeds.tasks import GenerateFeeds
from workflows.imports.standing import ImportPaidInvoices, ImportReturns, ImportWarehouseOrders
from workflows.imports.tasks import ImportOrders
from workflows.inbound.announcing import ExportInboundDeliveries
from workflows.inbound.receiving import ImportInboundDeliveries
from workflows.schedules.cleanup import CleanUp
from workflows.schedules.webhooks import CheckWebhooks
from workflows.stock.reading import ImportInventory
from workflows.stock.sending import ExportInventory
from workflows.syncing.customers_in import ImportCustomers
from workflows.syncing.exports import ExportCustomers, ExportPrices, ExportProducts
from workflows.syncing.prices_in import ImportPrices
from workflows.syncing.products_in import ImportProducts

__all__ = [
    "CheckWebhooks",
    "CleanUp",
    "ExportCustomers",
    "ExportInboundDeliveries",
    "ExportInventory",
    "ExportPrices",
    "ExportProducts",
    "GenerateFeeds",
    "ImportCustomers",
    "ImportInboundDeliveries",
    "ImportInventory",
    "ImportOrders",
    "ImportPaidInvoices",
    "ImportPrices",
    "ImportProducts",
    "ImportReturns",
    "ImportWarehouseOrders",
]
