"""Vouchers of the bank and cash journals, and the customers' accounts that they are posted on."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from connectors.sandbox.poweroffice.company import LEDGER_ID, SUBLEDGER_ID, Company, Json, now, number
from connectors.sandbox.poweroffice.errors import GoError, in_use, missing


def create(company: Company, kind: str, given: Json) -> Json:
    """`kind` is BankJournal or CashJournal."""
    reference = given.get("ExternalImportReference")
    for there in company.vouchers.values():
        if reference and there["ExternalImportReference"] == reference:
            raise in_use(reference, there["Id"])
    lines = list(given.get("VoucherLines") or [])
    if not lines or sum((number(line["CurrencyAmount"]) for line in lines), Decimal(0)):
        raise GoError("Voucher validation error(s)", "The voucher is not in balance.")
    for line in lines:
        _account(company, int(line["AccountId"]))
    voucher = {**given, "Id": str(uuid4()), "VoucherNo": company.next("voucher"), "IsReversed": False}
    voucher |= {"ExternalImportReference": reference, "CreatedDateTimeOffset": now()}
    company.vouchers[voucher["Id"]] = voucher
    company.note("voucher", str(reference or ""), voucher["VoucherNo"])
    for line in lines:
        _post(company, kind, voucher, line)
    return voucher


def settle(invoice: Json, amount: Decimal) -> None:
    invoice["Balance"] = number(invoice["Balance"]) + amount
    invoice["BalanceLastChangedDateTimeOffset"] = invoice["LastChangedDateTimeOffset"] = now()


def _account(company: Company, identifier: int) -> Json | None:
    """The customer whose account that is; None for one of the ledger."""
    for customer in company.customers.values():
        if customer["SubledgerAccountId"] == identifier:
            return customer
    if not LEDGER_ID < identifier < LEDGER_ID + 100_000:
        raise missing("Account with id =", identifier)
    return None


def _post(company: Company, kind: str, voucher: Json, line: Json) -> None:
    customer = _account(company, int(line["AccountId"]))
    if customer is None:
        return
    amount, invoice_no = number(line["CurrencyAmount"]), str(line.get("InvoiceNo") or "")
    identifier = company.next("entry")
    company.entries[str(identifier)] = {
        "Id": identifier,
        "Amount": amount,
        "CurrencyAmount": amount,
        "CurrencyCode": voucher["CurrencyCode"],
        "CustomerId": customer["Id"],
        "CustomerAccountNo": customer["SubledgerAccountId"] - SUBLEDGER_ID,
        "ExternalImportReference": voucher["ExternalImportReference"],
        "InvoiceNo": invoice_no or None,
        "PostingDate": line["PostingDate"],
        "VoucherDate": voucher["VoucherDate"],
        "VoucherId": voucher["Id"],
        "VoucherNo": voucher["VoucherNo"],
        "VoucherType": kind,
    }
    for invoice in company.invoices.values():
        if str(invoice["InvoiceNo"]) == invoice_no:
            settle(invoice, amount)
