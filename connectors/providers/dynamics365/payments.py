"""Payments of customers, as lines of a payment journal that people post over there.

Each line has a Document No. made of our reference: by that it is found again in the journal and, once it is posted, in
the general ledger. A journal line has no currency of its own but the customer's.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import Movement, PaymentExport, PaymentExporter
from connectors.errors import LeftAlone, Misconfigured, Rejected, RetryLater
from connectors.providers.dynamics365.bodies import external_number
from connectors.providers.dynamics365.invoices import Invoices
from connectors.providers.dynamics365.masters import MOST_NUMBER
from connectors.providers.dynamics365.odata import LAG, Json, equal, keyed

GROUP = "PaymentJournals"
_PREFIX = "CD"


class Payments(Invoices, PaymentExporter):
    def export_payment(self, export: PaymentExport) -> Exported:
        number, journal = document_number(export), self._journal(export)
        there = self._booked(number, journal)
        if there:
            return Exported(external_id=number, message=f"{there} before")
        body, said = self._payment(export, number)
        self.post(f"{keyed('customerPaymentJournals', journal)}/customerPayments", body)
        return Exported(external_id=number, message=f"in journal {journal['code']}{said}")

    def settle_payment(self, export: PaymentExport) -> Exported | NotExecuted:
        number = document_number(export)
        there = self._booked(number, self._journal(export))
        return Exported(external_id=number, message=there) if there else NotExecuted(proved_after_s=LAG)

    def _journal(self, export: PaymentExport) -> Json:
        if export.kind is Movement.REFUND:
            raise LeftAlone(
                "Not exported to Business Central: its payment journals take only money that came in; a refund is"
                " settled with the credit memo"
            )
        code = _code(export.payment_method, self.values.payment_journals)
        query = {"$filter": equal("code", code), "$select": "id,code"}
        with reading("Business Central's payment journals", RetryLater):
            rows = self.rows("/customerPaymentJournals", query)
            found = {str(row["code"]): str(row["id"]) for row in rows}
        if not found:
            raise Misconfigured(
                f"Business Central has no payment journal {code}; make it there with a balancing account, or correct the"
                f" property with the Key Group {GROUP}"
            )
        return {"code": min(found), "id": found[min(found)]}

    def _booked(self, number: str, journal: Json) -> str:
        """Where the payment is found, "" for nowhere. The ledger is looked at last: lines move from journal to ledger."""
        query = {"$filter": equal("documentNumber", number), "$select": "id,documentNumber"}
        if self.rows(f"{keyed('customerPaymentJournals', journal)}/customerPayments", query):
            return f"in journal {journal['code']}"
        return "posted" if self.rows("/generalLedgerEntries", query) else ""

    def _payment(self, export: PaymentExport, number: str) -> tuple[dict[str, Any], str]:
        """The line, and what to say of how it is applied."""
        invoice = self.invoice_of(export.order)
        owner = invoice or self.sales_order(export.order)
        if owner is None:
            raise Rejected(
                f"Business Central has neither sales order nor invoice for {export.order.number}; run ExportOrder before"
                " this"
            )
        with reading("Business Central's customer", RetryLater):
            customer = str(owner["customerNumber"])
            applied = {"appliesToInvoiceNumber": str(invoice["number"])} if invoice else {}
        self._check_currency(export, customer)
        _check_open(export, invoice)
        body = {
            "customerNumber": customer,
            "postingDate": export.occurred_at.date(),
            "documentNumber": number,
            "externalDocumentNumber": external_number(export.order, self.values.external_number_prefix),
            "amount": -export.amount.amount,
            "description": f"{export.payment_method} {export.provider_id}".strip()[:100],
            **applied,
        }
        return body, f" for invoice {invoice['number']}" if invoice else ", applied to no invoice yet"

    def _check_currency(self, export: PaymentExport, customer: str) -> None:
        query = {"$filter": equal("number", customer), "$select": "number,currencyCode"}
        with reading("Business Central's customers", RetryLater):
            rows = self.rows("/customers", query)
            currency = str(rows[0]["currencyCode"] or "") if rows else ""
        currency = currency or self.company_currency()
        if currency != export.amount.currency:
            raise Rejected(
                f"The payment is in {export.amount.currency}, customer {customer} of Business Central has {currency}: a"
                " payment journal would take the amount for that currency. Book it there by hand"
            )


def document_number(export: PaymentExport) -> str:
    """Our reference as a Document No., which is always the same for one movement of money."""
    digest = hashlib.sha256(export.reference.encode()).hexdigest().upper()
    return f"{_PREFIX}{digest}"[:MOST_NUMBER]


def _code(method: str, journals: dict[str, Any]) -> str:
    known = {name.casefold(): str(code or "") for name, code in journals.items()}
    if not known:
        raise Misconfigured(
            f"No payment method has a journal: add a property with the Key Group {GROUP} for each one, such as {method}"
        )
    code = known.get(method.casefold(), known.get("*", ""))
    if not code:
        raise LeftAlone(
            f"Not exported to Business Central: {method} is not among the properties with the Key Group {GROUP}"
        )
    return code


def _check_open(export: PaymentExport, invoice: Json | None) -> None:
    """Raises Rejected rather than to pay an invoice twice: somebody else may have booked this payment there."""
    if invoice is None:
        return
    with reading("Business Central's invoice", RetryLater):
        rest = Decimal(invoice["remainingAmount"])
    if rest < export.amount.amount:
        raise Rejected(
            f"Of Business Central's invoice {invoice['number']} {rest} are still to be paid, this payment is of"
            f" {export.amount}. Look there whether somebody has booked it already"
        )
