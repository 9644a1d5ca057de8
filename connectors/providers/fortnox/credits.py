"""Credit notes: of the whole invoice by Fortnox itself, of some of it as an invoice with negative rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.books import CreditNoteExport, CreditNoteExporter
from connectors.contracts.common import Exported
from connectors.errors import Rejected, RetryLater
from connectors.providers.fortnox.api import LAG, Json
from connectors.providers.fortnox.bodies import MOST_DESCRIPTION, MOST_REFERENCE, account_of, row
from connectors.providers.fortnox.documents import Documents, given, number_of


class Credits(Documents, CreditNoteExporter):
    def export_credit_note(self, export: CreditNoteExport) -> Exported:
        self.check_payments(export.order)
        there = self._credit_of(export)
        said = "credited there before"
        if there is None:
            invoice = self.invoice(self._credited(export))
            there = self._whole(export, invoice) if _is_whole(export) else self._part(export, invoice)
            said = f"credits invoice {number_of(invoice)}"
        booked = self.book(there)
        return Exported(external_id=number_of(there), message=f"{said}, {booked}" if booked else said)

    def find_credit_note(self, export: CreditNoteExport) -> Exported | None:
        there = self._credit_of(export)
        return Exported(external_id=number_of(there)) if there else None

    def settle_credit(self, export: CreditNoteExport) -> Any:
        there = self._credit_of(export)
        if there is None:
            return NotExecuted(proved_after_s=LAG)
        return NotExecuted() if self.is_unbooked(there) else Exported(external_id=number_of(there))

    def _credit_of(self, export: CreditNoteExport) -> Json | None:
        """By our reference; the one of a whole invoice by the invoice, because Fortnox may have made it just now."""
        found = self.invoice_by(_reference(export), what="credit notes")
        if found is not None:
            return self.invoice(number_of(found))
        if not _is_whole(export):
            return None
        credit = given(self.invoice(self._credited(export)).get("CreditInvoiceReference"))
        found = self.invoice(credit) if credit else None
        return found if found and _is_of(export, found) else None

    def _credited(self, export: CreditNoteExport) -> str:
        number = export.invoice or self.invoice_number(export.order)
        if not number:
            raise Rejected(f"Fortnox has no invoice for {export.order.number} that could be credited")
        return number

    def _whole(self, export: CreditNoteExport, invoice: Json) -> Json:
        """The answer is the invoice, which names the credit note; that gets our reference."""
        changed = self.done(f"/3/invoices/{number_of(invoice)}/credit", "Invoice")
        credit = given(changed.get("CreditInvoiceReference")) or number_of(changed)
        named = {
            "CustomerNumber": str(invoice["CustomerNumber"]),
            "ExternalInvoiceReference1": _reference(export),
        }
        return self.done(f"/3/invoices/{credit}", "Invoice", named)

    def _part(self, export: CreditNoteExport, invoice: Json) -> Json:
        rows = self._rows(export) if export.lines else [self._amount_row(export)]
        body = {
            "CustomerNumber": str(invoice["CustomerNumber"]),
            "Currency": export.amount.currency,
            "VATIncluded": True,
            "CreditInvoiceReference": number_of(invoice),
            "ExternalInvoiceReference1": _reference(export),
            "YourOrderNumber": self.reference(export.order),
            "InvoiceRows": rows,
        }
        return self.made("/3/invoices", "Invoice", body)

    def _rows(self, export: CreditNoteExport) -> list[dict[str, Any]]:
        lines = {line.number: line for line in export.order.lines}
        unknown = sorted(set(export.lines) - set(lines))
        if unknown:
            raise Rejected(f"The order has no line {unknown[0]} that could be credited")
        account = account_of(export.order, self.values)
        return [{**_negative(row(lines[at], count)), **account} for at, count in export.lines.items()]

    def _amount_row(self, export: CreditNoteExport) -> dict[str, Any]:
        rates = {line.tax_rate for line in export.order.lines}
        if len(rates) != 1:
            raise Rejected("The order's lines have several VAT rates; credit lines instead of an amount")
        return {
            "Description": (export.reason or f"Kreditering {export.order.number}")[:MOST_DESCRIPTION],
            "DeliveredQuantity": "-1",
            "Price": export.amount.amount,
            "VAT": rates.pop(),
            **account_of(export.order, self.values),
        }


def _negative(found: dict[str, Any]) -> dict[str, Any]:
    discount = {"Discount": -found["Discount"]} if "Discount" in found else {}
    return {**found, "DeliveredQuantity": f"-{found['DeliveredQuantity']}", **discount}


def _is_whole(export: CreditNoteExport) -> bool:
    """Whether all of the order is credited, its shipping fee too."""
    counted: dict[int, Decimal] = {line.number: line.quantity for line in export.order.lines}
    if export.lines and dict(export.lines) != counted:
        return False
    return export.amount.amount == export.order.total.amount


def _is_of(export: CreditNoteExport, credit: Json) -> bool:
    """A credit note of some of the invoice is none of all of it."""
    with reading("Fortnox's credit note", RetryLater):
        return bool(abs(abs(Decimal(str(credit["Total"]))) - export.amount.amount) <= 1)


def _reference(export: CreditNoteExport) -> str:
    if len(export.reference) > MOST_REFERENCE:
        raise Rejected(
            f"The reference {export.reference} is longer than the {MOST_REFERENCE} characters Fortnox takes"
        )
    return export.reference
