"""Invoices, each made of the sales order that is there."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted
from connectors.contracts.common import Exported
from connectors.contracts.erp import InvoiceExporter, OrderExport
from connectors.errors import Rejected
from connectors.providers.poweroffice.api import LAG, Json
from connectors.providers.poweroffice.documents import Documents, number_in


class Invoices(Documents, InvoiceExporter):
    def export_invoice(self, export: OrderExport) -> Exported:
        order = export.order
        there = self._document(export)
        if there is None:
            raise Rejected(
                f"PowerOffice Go has no sales order for {order.number}; run ExportOrder before this"
            )
        if number_in(there):
            return Exported(external_id=number_in(there), message="invoiced there before")
        number, said = self.send_invoice(str(there["Id"]), order.customer.email or order.billing.email)
        return Exported(external_id=number, message=said or f"made of {named(there)}")

    def find_invoice(self, export: OrderExport) -> Exported | None:
        there = self.invoice_by(self.reference(export.order))
        return Exported(external_id=number_in(there)) if there else None

    def settle_invoice(self, export: OrderExport) -> Any:
        there = self._document(export)
        if there is None:
            return NotExecuted(proved_after_s=LAG)
        if number_in(there):
            return Exported(external_id=number_in(there), message="found there after its answer was lost")
        return self.settle_sending(there)

    def _document(self, export: OrderExport) -> Json | None:
        """The order, its invoice, or what is on its way from the one to the other."""
        there = self.order_of(export.order)
        known = export.order.external_ids.get(self.own_name, "")
        if there is None and known:
            there = self.sent_state(known) or None
        return there


def named(order: Json) -> str:
    number = order.get("SalesOrderNo")
    return f"sales order {number}" if number else "the sales order"
