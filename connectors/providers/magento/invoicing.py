"""Invoices of the shop, which take the money through the shop's own payment method where they are captured."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted
from connectors.contracts.common import Exported
from connectors.contracts.erp import InvoiceExporter, OrderExport
from connectors.errors import Rejected
from connectors.providers.magento.api import LAG, Filter
from connectors.providers.magento.documents import Documents, Order, comment, number_of

OFF = "IsExportInvoiceEnabled is off, so the shop has invoiced nothing"


class Invoices(Documents, InvoiceExporter):
    def export_invoice(self, export: OrderExport) -> Exported:
        if not self.values.is_export_invoice_enabled:
            return Exported(message=OFF)
        order = self._shop_order(export)
        before = self._invoice(order, export)
        if before:
            return before
        if not order.invoices:
            raise Rejected(
                f"Order {order.name} of Magento is {order.status or order.state} and cannot be invoiced"
            )
        body = {
            "capture": self.values.is_invoice_captured,
            "notify": self.values.notify_customer,
            "comment": comment(export.reference),
        }
        number = self.created(f"/V1/order/{order.id}/invoice", body, "invoice")
        return Exported(external_id=number_of(self.record(f"/V1/invoices/{number}", "invoice")))

    def find_invoice(self, export: OrderExport) -> Exported | None:
        return self._invoice(self._shop_order(export), export)

    def settle_invoice(self, export: OrderExport) -> Exported | NotExecuted:
        """Nothing was invoiced where no invoice is there. It invoices all that is left, so that a payment module that has
        captured before Magento failed refuses to capture the same again."""
        return self.find_invoice(export) or NotExecuted(proved_after_s=LAG)

    def _invoice(self, order: Order, export: OrderExport) -> Exported | None:
        """Our invoice, or somebody's who left nothing to invoice."""
        ours = self.referenced("invoices", order, export.reference)
        if ours:
            return Exported(external_id=number_of(ours[-1]))
        if order.invoices:
            return None
        made = self.documents("invoices", order)
        return (
            Exported(external_id=number_of(made[-1]), message="invoiced in the shop before") if made else None
        )

    def _shop_order(self, export: OrderExport) -> Order:
        """The order by its id in the shop, which an import has left on it, else by its number there."""
        known: Any = export.order.external_ids.get(str(self.config.connector_id or self.config.name))
        if known:
            return self.order(known)
        found = self.search("/V1/orders", Filter("increment_id", export.order.number)).items
        if len(found) != 1:
            raise Rejected(
                f"The order does not come from this shop, and Magento has {'no' if not found else 'more than one'} order"
                f" {export.order.number}"
            )
        return Order(found[0])
