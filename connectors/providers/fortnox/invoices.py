"""Invoices: of an order that is there, or by themselves."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.erp import InvoiceExporter, OrderExport
from connectors.errors import Rejected
from connectors.providers.fortnox.api import LAG, Json
from connectors.providers.fortnox.bodies import invoice_body, total_note
from connectors.providers.fortnox.documents import Documents, number_of


class Invoices(Documents, InvoiceExporter):
    def export_invoice(self, export: OrderExport) -> Exported:
        order = export.order
        self.check_payments(order)
        number = self.invoice_number(order)
        if number is None:
            invoice, said = self._invoiced(order)
        else:
            invoice, said = self.invoice(number), "invoiced there before"
        return Exported(external_id=number_of(invoice), message=_joined(said, self.book(invoice)))

    def find_invoice(self, export: OrderExport) -> Exported | None:
        number = self.invoice_number(export.order)
        return Exported(external_id=number) if number else None

    def settle_invoice(self, export: OrderExport) -> Any:
        """An invoice that is not booked as it should be is exported again, which only books it."""
        number = self.invoice_number(export.order)
        if number is None:
            return NotExecuted(proved_after_s=LAG)
        if self.is_unbooked(self.invoice(number)):
            return NotExecuted()
        return Exported(external_id=number, message="found there after its answer was lost")

    def make_invoice(self, order: OrderDocument) -> tuple[Json, str]:
        """An invoice that is made of no order, and what is to be said of it."""
        customer, articles = self.customer_for(order), self.make_articles(order)
        body = invoice_body(order, customer, self.values, self.config.field_mapping)
        made = self.made("/3/invoices", "Invoice", body)
        note = total_note(order, made.get("Total"), document=f"invoice {number_of(made)}")
        return made, f"{created(customer, articles)}{note}"

    def _invoiced(self, order: OrderDocument) -> tuple[Json, str]:
        if self.values.export_as == "Invoice":
            return self.make_invoice(order)
        there = self.order_of(order)
        if there is None:
            raise Rejected(f"Fortnox has no order for {order.number}; run ExportOrder before this")
        made = self.done(f"/3/orders/{number_of(there)}/createinvoice", "Invoice")
        return made, f"made of order {number_of(there)}"


def created(customer: str, articles: list[str]) -> str:
    """What an export has made besides the document itself."""
    made = f", with new articles {', '.join(articles)}" if articles else ""
    return f"created for customer {customer}{made}"


def _joined(*words: str) -> str:
    return ", ".join(word for word in words if word)
