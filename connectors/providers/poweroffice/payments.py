"""Payments as vouchers of two lines: on the account of the payment method, and on the customer's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.erp import Movement, PaymentExport, PaymentExporter
from connectors.errors import LeftAlone, Misconfigured, Rejected, RetryLater
from connectors.providers.poweroffice.api import CURRENCY, LAG, Json, short
from connectors.providers.poweroffice.bodies import day_of
from connectors.providers.poweroffice.documents import Documents, number_in

_GROUP = "PowerOfficePaymentMethods"
#: The SAF-T code of what has nothing to do with VAT.
_NO_VAT = "0"
_ROUNDING = Decimal("0.50")


class Payments(Documents, PaymentExporter):
    def export_payment(self, export: PaymentExport) -> Exported:
        account, invoice = self._account_no(export.payment_method), self._invoice_of(export)
        there = self._posted(export, invoice)
        if there is not None:
            return Exported(external_id=_number(there), message=f"posted as voucher {_number(there)} before")
        if export.kind is Movement.CAPTURE:
            _check_open(export, invoice)
        path = f"/Vouchers/{self.values.payment_journal}Journals"
        made = self.made(path, self._voucher(export, invoice, account))
        return Exported(external_id=_number(made), message=f"posted as voucher {_number(made)}")

    def settle_payment(self, export: PaymentExport) -> Any:
        there = self._posted(export, self._invoice_of(export))
        return Exported(external_id=_number(there)) if there else NotExecuted(proved_after_s=LAG)

    def _account_no(self, method: str) -> str:
        known = {name.casefold(): str(number) for name, number in self.values.payment_accounts.items()}
        if not known:
            raise Misconfigured(
                f"No payment method is to be exported: add a property with the Key Group {_GROUP} for each one, such as"
                f" {method}"
            )
        if method.casefold() not in known:
            raise LeftAlone(
                f"Not exported to PowerOffice Go: {method} is not among the properties with the Key Group {_GROUP}"
            )
        return known[method.casefold()]

    def _invoice_of(self, export: PaymentExport) -> Json:
        found = self.invoice_by(self.reference(export.order))
        if found is None:
            raise Rejected(
                f"PowerOffice Go has no invoice for {export.order.number}; run ExportInvoices before this"
            )
        return found

    def _posted(self, export: PaymentExport, invoice: Json) -> Json | None:
        """The customer's entry with our reference."""
        day = day_of(export.occurred_at).isoformat()
        with reading("PowerOffice Go's customer ledger", RetryLater):
            rows = self.rows(
                "/Customerledger/Statement", fromDate=day, toDate=day, customerNos=str(invoice["CustomerNo"])
            )
            ours = short(export.reference)
            return next((row for row in rows if row["ExternalImportReference"] == ours), None)

    def _voucher(self, export: PaymentExport, invoice: Json, account: str) -> dict[str, Any]:
        """What comes in is a debit on the account and a credit on the customer; what goes out the reverse."""
        capture = export.kind is Movement.CAPTURE
        amount = export.amount.amount if capture else -export.amount.amount
        day, text = day_of(export.occurred_at), f"{export.payment_method} {export.order.number}"
        common = {"PostingDate": day, "VatId": self._no_vat(), "Description": text}
        customer = {**common, "AccountId": self._subledger(invoice), "CurrencyAmount": -amount}
        matched = {"InvoiceNo": number_in(invoice)} if capture else {}
        return {
            "VoucherDate": day,
            "CurrencyCode": export.amount.currency,
            "Description": text,
            "ExternalImportReference": short(export.reference),
            "VoucherLines": [
                {**common, "AccountId": self._ledger(account), "CurrencyAmount": amount},
                {**customer, **matched},
            ],
        }

    def _ledger(self, number: str) -> int:
        with reading("PowerOffice Go's accounts", RetryLater):
            for row in self.rows("/GeneralLedgerAccounts", accountNos=number):
                if str(row["AccountNo"]) == number:
                    return int(row["Id"])
        raise Misconfigured(f"PowerOffice Go has no account {number}; correct it in the Key Group {_GROUP}")

    def _subledger(self, invoice: Json) -> int:
        with reading("PowerOffice Go's customer", RetryLater):
            return int(self.one(f"/Customers/{int(invoice['CustomerId'])}")["SubledgerAccountId"])

    def _no_vat(self) -> int:
        with reading("PowerOffice Go's VAT codes", RetryLater):
            for row in self.rows("/VatCodes", isActive="true"):
                if str(row["Code"]) == _NO_VAT:
                    return int(row["Id"])
        raise Misconfigured(f"PowerOffice Go has no active VAT code {_NO_VAT}; activate it there")


def _check_open(export: PaymentExport, invoice: Json) -> None:
    """Raises Rejected rather than to pay an invoice twice: somebody else may have posted this payment there."""
    with reading("PowerOffice Go's invoice", RetryLater):
        balance, currency = Decimal(str(invoice["Balance"])), str(invoice["CurrencyCode"])
    if currency != export.amount.currency:
        raise Rejected(f"The payment is in {export.amount.currency}, PowerOffice Go's invoice in {currency}")
    if currency == CURRENCY and balance < export.amount.amount - _ROUNDING:
        raise Rejected(
            f"Of PowerOffice Go's invoice {balance} {currency} is still to be paid, this payment is of {export.amount}. Look"
            " there whether somebody has posted it already"
        )


def _number(voucher: Json) -> str:
    with reading("PowerOffice Go's voucher", RetryLater):
        return str(int(voucher["VoucherNo"]))
