"""The scheduled imports of how orders stand in the books and in warehouses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.compiled import ConnectorConfig
from connectors.contracts.books import PaidInvoice, PaidInvoiceSource
from connectors.contracts.plain import plain
from connectors.contracts.warehouse import WarehouseOrder, WarehouseReturn, WarehouseState, WmsProvider
from connectors.schema import Settings
from workflows.fulfilment import WAREHOUSE_PARCELS
from workflows.imports.news import OrderNews, check_statuses, status_setting
from workflows.models import Order
from workflows.schedules.types import TaskContext, register

#: Properties of orders that these tasks write.
INVOICE, INVOICE_PAID, OUTSTANDING = "Invoice", "InvoicePaid", "InvoiceOutstanding"
WAREHOUSE_STATUS, SHIPPED, RETURNED = "WarehouseStatus", "WarehouseShipped", "WarehouseReturned"


@register
class ImportPaidInvoices(OrderNews[PaidInvoice]):
    name = "ImportPaidInvoices"
    label = "Import paid invoices"
    description = "Takes over from the books which orders' invoices were paid."
    capability = PaidInvoiceSource
    operation = "import_paid_invoices"

    class properties(Settings):
        paid_status = status_setting("PaidStatus", "once its invoice is paid")

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        yield from check_statuses(properties, connector, ["paid_status"])

    def changes(self, order: Order, item: PaidInvoice) -> Mapping[str, Any]:
        """A credit note tells nothing of whether the order was paid."""
        if item.credit:
            return {}
        paid = {INVOICE_PAID: item.paid_at.isoformat() if item.paid_at else True} if _is_paid(item) else {}
        return {INVOICE: item.invoice, OUTSTANDING: str(item.outstanding.amount), **paid}

    def status(self, context: TaskContext, order: Order, item: PaidInvoice) -> str:
        """Only once: what happens to a paid order later is no business of its invoice."""
        if item.credit or not _is_paid(item) or order.properties.get(INVOICE_PAID):
            return ""
        return str(context.properties.paid_status)


def _is_paid(item: PaidInvoice) -> bool:
    return item.outstanding.amount <= 0 < item.total.amount


@register
class ImportWarehouseOrders(OrderNews[WarehouseOrder]):
    name = "ImportWarehouseOrders"
    label = "Import warehouse orders"
    description = (
        "Takes over how far a warehouse is with orders: picked, shipped with which parcels, or cancelled."
    )
    capability = WmsProvider
    operation = "import_order_states"

    class properties(Settings):
        picked_status = status_setting("PickedStatus", "when it is picked")
        partly_shipped_status = status_setting(
            "PartlyShippedStatus", "when a part of it has left the warehouse"
        )
        shipped_status = status_setting("ShippedStatus", "when all of it has left the warehouse")
        cancelled_status = status_setting("CancelledStatus", "when the warehouse cancels it")

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        yield from check_statuses(
            properties,
            connector,
            ["picked_status", "partly_shipped_status", "shipped_status", "cancelled_status"],
        )

    def changes(self, order: Order, item: WarehouseOrder) -> Mapping[str, Any]:
        told: dict[str, Any] = {WAREHOUSE_STATUS: item.word}
        if item.parcels:
            told[WAREHOUSE_PARCELS] = plain([parcel for parcel in item.parcels if not parcel.is_return])
        if item.shipped:
            told[SHIPPED] = {str(number): str(quantity) for number, quantity in item.shipped.items()}
        return told

    def status(self, context: TaskContext, order: Order, item: WarehouseOrder) -> str:
        """Only for a state that is news."""
        if order.properties.get(WAREHOUSE_STATUS) == item.word:
            return ""
        wanted = context.properties
        by_state = {
            WarehouseState.PICKED: wanted.picked_status,
            WarehouseState.PARTLY_SHIPPED: wanted.partly_shipped_status,
            WarehouseState.SHIPPED: wanted.shipped_status,
            WarehouseState.CANCELLED: wanted.cancelled_status,
        }
        return str(by_state.get(item.state, ""))


@register
class ImportReturns(OrderNews[WarehouseReturn]):
    name = "ImportReturns"
    label = "Import returns"
    description = "Takes over what a warehouse got back of orders."
    capability = WmsProvider
    operation = "import_returns"

    class properties(Settings):
        returned_status = status_setting("ReturnedStatus", "when something of it came back")

    def check(self, properties: Any, connector: ConnectorConfig | None) -> Iterator[str]:
        yield from check_statuses(properties, connector, ["returned_status"])

    def changes(self, order: Order, item: WarehouseReturn) -> Mapping[str, Any]:
        """Every return by its id there, so that one that is told of again changes nothing."""
        before = order.properties.get(RETURNED)
        lines = [plain(line) for line in item.lines]
        return {RETURNED: {**(before if isinstance(before, dict) else {}), item.external_id: lines}}

    def status(self, context: TaskContext, order: Order, item: WarehouseReturn) -> str:
        before = order.properties.get(RETURNED)
        known = isinstance(before, dict) and item.external_id in before
        return "" if known else str(context.properties.returned_status)
