"""Posted sales invoices, and what of them is still to be paid."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.dynamics365.company import Company, Json
from connectors.sandbox.dynamics365.errors import dialog


def invoice_of(company: Company, number: str) -> Json:
    """By its own number, or by that of the order at whoever sold it."""
    for invoice in company.invoices.values():
        if number.upper() in {invoice["number"], invoice["externalDocumentNumber"]}:
            return invoice
    raise dialog(f"The invoice {number} does not exist.")


def settle(company: Company, invoice: Json, amount: Decimal) -> None:
    """Money came in, or was credited: an invoice without a rest is paid."""
    invoice["remainingAmount"] = max(invoice["remainingAmount"] - amount, Decimal(0))
    if not invoice["remainingAmount"]:
        invoice["status"] = "Paid"
    company.touch(invoice)
