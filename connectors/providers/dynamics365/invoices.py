"""Invoicing: Business Central posts the sales order (ship and invoice), which then is no sales order any more."""

from __future__ import annotations

from connectors.contracts.base import reading
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.erp import InvoiceExporter, OrderExport
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.dynamics365.odata import Json, equal, keyed
from connectors.providers.dynamics365.orders import Orders

_INVOICE = "number,customerNumber,remainingAmount,status"
#: Drafts are no invoices yet; canceled and corrective ones are settled.
_STANDING = {"Open", "Paid"}


class Invoices(Orders, InvoiceExporter):
    def export_invoice(self, export: OrderExport) -> Exported:
        there = self.sales_order(export.order)
        if there is None:
            known = self._invoiced(export.order)
            if known is None:
                raise Rejected(
                    f"Business Central has no sales order for {export.order.number}; run ExportOrder before this"
                )
            return Exported(external_id=known, message="invoiced there before")
        self.post(f"{keyed('salesOrders', there)}/Microsoft.NAV.shipAndInvoice")
        made = self._invoiced(export.order)
        if made is None:
            raise Unknown(f"Business Central has posted {there['number']} and shows no invoice for it")
        return Exported(external_id=made)

    def find_invoice(self, export: OrderExport) -> Exported | None:
        """An order that is still there is not invoiced completely."""
        if self.sales_order(export.order) is not None:
            return None
        found = self._invoiced(export.order)
        return Exported(external_id=found) if found else None

    def invoice_of(self, order: OrderDocument, number: str = "") -> Json | None:
        """The order's newest invoice that stands, or the one of that number: with customer and what is to be paid."""
        query = {"$filter": equal("number", number)} if number else self._ours(order)
        rows = self.rows("/salesInvoices", {**query, "$select": _INVOICE})
        with reading("Business Central's invoices", RetryLater):
            standing = [row for row in rows if row["status"] in _STANDING]
            return max(standing, key=lambda row: str(row["number"]), default=None)

    def _invoiced(self, order: OrderDocument) -> str | None:
        """The number of the order's newest invoice."""
        with reading("Business Central's invoices", RetryLater):
            return max(
                (str(row["number"]) for row in self.rows("/salesInvoices", self._invoices(order))),
                default=None,
            )
