"""Credit notes: a sales order with negative lines that names the invoice, invoiced at once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.books import CreditNoteExport, CreditNoteExporter
from connectors.contracts.common import Exported
from connectors.errors import Rejected, RetryLater
from connectors.providers.poweroffice.api import LAG, Json, short
from connectors.providers.poweroffice.bodies import (
    Body,
    body_of_line,
    fee_line,
    order_body,
    order_lines,
    total_note,
)
from connectors.providers.poweroffice.documents import Documents, number_in
from connectors.providers.poweroffice.masters import service


class Credits(Documents, CreditNoteExporter):
    def export_credit_note(self, export: CreditNoteExport) -> Exported:
        there = self.invoice_by(self._reference(export))
        if there is not None:
            return Exported(external_id=number_in(there), message="credited there before")
        invoice = self._credited(export)
        draft = self._draft(export, invoice) or self._make(export, invoice)
        email = export.order.customer.email or export.order.billing.email
        number, said = self.send_invoice(str(draft["Id"]), email)
        return Exported(external_id=number, message=said or f"credits invoice {number_in(invoice)}")

    def find_credit_note(self, export: CreditNoteExport) -> Exported | None:
        there = self.invoice_by(self._reference(export))
        return Exported(external_id=number_in(there)) if there else None

    def settle_credit(self, export: CreditNoteExport) -> Any:
        there = self.find_credit_note(export)
        if there is not None:
            return there
        draft = self._draft(export, self._credited(export))
        return NotExecuted(proved_after_s=LAG) if draft is None else self.settle_sending(draft)

    def _reference(self, export: CreditNoteExport) -> str:
        return short(f"{self.values.reference_prefix}{export.reference}")

    def _credited(self, export: CreditNoteExport) -> Json:
        """The invoice by our reference, else by the number that is given."""
        found = self.invoice_by(self.reference(export.order))
        if found is None and export.invoice.isdecimal():
            rows = self.rows("/OutgoingInvoices", invoiceNos=export.invoice)
            found = next((row for row in rows if number_in(row) == export.invoice), None)
        if found is None:
            raise Rejected(f"PowerOffice Go has no invoice for {export.order.number} that could be credited")
        return found

    def _draft(self, export: CreditNoteExport, invoice: Json) -> Json | None:
        with reading("PowerOffice Go's invoice", RetryLater):
            customer = {"Number": invoice["CustomerNo"]}
        return self.draft(self._reference(export), export.order, customer)

    def _make(self, export: CreditNoteExport, invoice: Json) -> Json:
        with reading("PowerOffice Go's invoice", RetryLater):
            customer, credited = int(invoice["CustomerId"]), int(invoice["InvoiceNo"])
        order = export.order
        body = order_body(order, customer, self._reference(export), self.values, self.config.field_mapping)
        body |= {"RelatedInvoiceNo": credited, "SalesOrderLines": self._lines(export)}
        body.pop("SalesOrderDate")
        made = self.made("/SalesOrders/Complete", body)
        total_note(
            order, -export.amount.amount, made.get("TotalAmount"), document=f"a credit of invoice {credited}"
        )
        return made

    def _lines(self, export: CreditNoteExport) -> list[Body]:
        return [
            {
                **line,
                "Quantity": -line["Quantity"],
                "SortOrder": at,
                "ExternalImportReference": str(at + 1),
            }
            for at, line in enumerate(self._credited_lines(export))
        ]

    def _credited_lines(self, export: CreditNoteExport) -> Iterator[Body]:
        """Of what was given back: everything, some lines, or an amount."""
        order = export.order
        counted = {line.number: line.quantity for line in order.lines}
        whole = export.amount.amount == order.total.amount
        if whole and dict(export.lines) in ({}, counted):
            yield from order_lines(order, self.values)
        elif export.lines:
            yield from self._some(export)
        else:
            yield self._amount(export)

    def _some(self, export: CreditNoteExport) -> Iterator[Body]:
        lines = {line.number: line for line in export.order.lines}
        unknown = sorted(set(export.lines) - set(lines))
        if unknown:
            raise Rejected(f"The order has no line {unknown[0]} that could be credited")
        for number, quantity in export.lines.items():
            yield body_of_line(lines[number], Decimal(quantity), self.values)

    def _amount(self, export: CreditNoteExport) -> Body:
        rates = {line.tax_rate for line in export.order.lines}
        if len(rates) != 1:
            raise Rejected("The order's lines have several VAT rates; credit lines instead of an amount")
        [rate], code = rates, self.values.credit_product
        text = export.reason or f"Kreditering {export.order.number}"
        if self.product(code) is None:
            self.made("/Products", service(code, "Kreditering", rate, self.values))
        return fee_line(code, text, export.amount.amount, rate, self.values)
