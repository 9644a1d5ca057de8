"""Payment journals: lines that wait for somebody to post them to the general ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.dynamics365.company import Company, Json, checked, now
from connectors.sandbox.dynamics365.errors import dialog, not_found
from connectors.sandbox.dynamics365.invoices import invoice_of, settle

_LINE = {
    "customerNumber": 20,
    "postingDate": 10,
    "documentNumber": 20,
    "externalDocumentNumber": 35,
    "appliesToInvoiceNumber": 20,
    "description": 100,
}


def open_journal(company: Company, code: str) -> Json:
    return company.add(company.journals, "journal", code=code.upper(), displayName=code, lines={})


def journal_of(company: Company, key: str) -> Json:
    if key not in company.journals:
        raise not_found(f"customerPaymentJournals({key})")
    return company.journals[key]


def add_payment(company: Company, journal: Json, body: Any) -> Json:
    given = checked(body, "customerPayment", _LINE, ("amount",))
    if not any(given.get("customerNumber") == one["number"] for one in company.customers.values()):
        raise dialog('The "customerNumber" does not match to a Customer.')
    if not Decimal(given.get("amount", 0)) < 0:
        raise dialog("The amount should be a negative number.")
    if given.get("appliesToInvoiceNumber"):
        invoice_of(company, given["appliesToInvoiceNumber"])
    fields = {**dict.fromkeys(_LINE, ""), **given, "lineNumber": 10_000 * (len(journal["lines"]) + 1)}
    line = company.add(journal["lines"], "payment", **fields)
    company.note(
        "payment", line["documentNumber"], line["externalDocumentNumber"], {"number": line["documentNumber"]}
    )
    return line


def post_journal(company: Company, code: str) -> None:
    """What an accountant does: lines leave the journal, entries are made, invoices are paid."""
    found = [journal for journal in company.journals.values() if journal["code"] == code.upper()]
    if not found:
        raise ValueError(f"There is no payment journal {code}.")
    for line in found[0]["lines"].values():
        entry = {
            "documentNumber": line["documentNumber"],
            "documentType": "Payment",
            "postingDate": now()[:10],
        }
        amounts = {"debitAmount": -line["amount"], "creditAmount": Decimal(0)}
        company.add(
            company.ledger_entries, "gl", entryNumber=len(company.ledger_entries) + 1, **entry, **amounts
        )
        if line["appliesToInvoiceNumber"]:
            settle(company, invoice_of(company, line["appliesToInvoiceNumber"]), -line["amount"])
    found[0]["lines"].clear()
