"""Payments, registered on the order's invoice once each. A refund is settled with its credit note there."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import Movement, PaymentExport, PaymentExporter
from connectors.errors import LeftAlone, Misconfigured, Rejected, RetryLater
from connectors.providers.fortnox.api import CURRENCY, LAG, Json
from connectors.providers.fortnox.bodies import MOST_REFERENCE
from connectors.providers.fortnox.documents import Documents


class Payments(Documents, PaymentExporter):
    def export_payment(self, export: PaymentExport) -> Exported:
        mode, number = self._mode(export), self._invoice_of(export)
        there = self._registered(export, number)
        if there is None:
            invoice = self.invoice(number)
            _check_open(export, invoice)
            there = self.made("/3/invoicepayments", "InvoicePayment", _body(export, number, mode, invoice))
            said = f"registered on invoice {number}"
        else:
            said = f"registered on invoice {number} before"
        if self._is_unbooked(there):
            self.done(f"/3/invoicepayments/{_number(there)}/bookkeep", "InvoicePayment")
            said += " and booked"
        return Exported(external_id=_number(there), message=said)

    def settle_payment(self, export: PaymentExport) -> Any:
        there = self._registered(export, self._invoice_of(export))
        if there is None:
            return NotExecuted(proved_after_s=LAG)
        return NotExecuted() if self._is_unbooked(there) else Exported(external_id=_number(there))

    def _mode(self, export: PaymentExport) -> str:
        [mode] = self.modes(export.payment_method)
        if export.kind is Movement.REFUND:
            raise LeftAlone("Not exported to Fortnox: it settles a refund with the credit note")
        if not mode:
            raise Misconfigured(
                f"{export.payment_method} has no value among the properties with the Key Group FortnoxPaymentMethods; enter"
                " the code of its mode of payment in Fortnox"
            )
        return mode

    def _invoice_of(self, export: PaymentExport) -> str:
        number = self.invoice_number(export.order)
        if number is None:
            raise Rejected(
                f"Fortnox has no invoice for {export.order.number}; run ExportInvoices before this"
            )
        return number

    def _registered(self, export: PaymentExport, invoice: str) -> Json | None:
        """The payment with our reference, which only the whole record tells."""
        ours = _reference(export)
        with reading("Fortnox's payments", RetryLater):
            for row in self.rows("/3/invoicepayments", "InvoicePayments", invoicenumber=int(invoice)):
                if str(row["InvoiceNumber"]) != invoice:
                    continue
                whole = self.one(f"/3/invoicepayments/{_number(row)}", "InvoicePayment")
                if str(whole.get("ExternalInvoiceReference1") or "") == ours:
                    return whole
        return None

    def _is_unbooked(self, payment: Json) -> bool:
        return self.values.bookkeep != "Nothing" and payment.get("Booked") is not True


def _body(export: PaymentExport, number: str, mode: str, invoice: Json) -> dict[str, Any]:
    amount, currency = export.amount.amount, export.amount.currency
    body = {
        "InvoiceNumber": int(number),
        "PaymentDate": export.occurred_at.date(),
        "ModeOfPayment": mode,
        "ExternalInvoiceReference1": _reference(export),
    }
    if currency == CURRENCY:
        return {**body, "Amount": amount}
    with reading("Fortnox's invoice", RetryLater):
        rate = Decimal(str(invoice["CurrencyRate"])) / Decimal(str(invoice.get("CurrencyUnit") or 1))
    in_books = (amount * rate).quantize(Decimal("0.01"))
    return {**body, "Currency": currency, "AmountCurrency": amount, "Amount": in_books}


def _check_open(export: PaymentExport, invoice: Json) -> None:
    """Raises Rejected rather than to pay an invoice twice: somebody else may have registered this payment there."""
    with reading("Fortnox's invoice", RetryLater):
        balance, total = Decimal(str(invoice["Balance"])), Decimal(str(invoice["Total"]))
        currency = str(invoice["Currency"])
    if currency != export.amount.currency:
        raise Rejected(f"The payment is in {export.amount.currency}, Fortnox's invoice in {currency}")
    if total > 0 and balance < export.amount.amount - Decimal("0.50"):
        raise Rejected(
            f"Of Fortnox's invoice {balance} {currency} is still to be paid, this payment is of {export.amount}. Look there"
            " whether somebody has registered it already"
        )


def _reference(export: PaymentExport) -> str:
    ours = export.reference
    return ours if len(ours) <= MOST_REFERENCE else hashlib.sha256(ours.encode()).hexdigest()


def _number(payment: Json) -> str:
    with reading("Fortnox's payment", RetryLater):
        return str(int(payment["Number"]))
