"""Sales credit memos: drafts that get lines one by one, and posted ones, which are documents with numbers of their own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sandbox.dynamics365.company import Company, Json, checked, shown
from connectors.sandbox.dynamics365.errors import dialog, not_found
from connectors.sandbox.dynamics365.invoices import invoice_of, settle
from connectors.sandbox.dynamics365.lines import insert, line_shown, totals

_HEADER = {
    "externalDocumentNumber": 35,
    "customerNumber": 20,
    "invoiceNumber": 20,
    "creditMemoDate": 10,
    "postingDate": 10,
    "currencyCode": 10,
}


def create(company: Company, body: Any) -> Json:
    """Whether prices include tax follows the customer, here all of them alike."""
    given = checked(body, "salesCreditMemo", _HEADER)
    if not any(given.get("customerNumber") == one["number"] for one in company.customers.values()):
        raise dialog("The sell-to customer cannot be found.")
    if given.get("invoiceNumber") and not invoice_of(company, given["invoiceNumber"])["remainingAmount"]:
        raise dialog("There is no open entry that the credit memo could be applied to.")
    blank = dict.fromkeys(_HEADER, "")
    external = str(given.get("externalDocumentNumber", "")).strip().upper()
    number = f"S-CR{next(company.numbers)}"
    fields = {**blank, "currencyCode": "NOK", **given, "externalDocumentNumber": external, "number": number}
    states = {"status": "Draft", "pricesIncludeTax": company.prices_include_tax, "lines": []}
    memo = company.add(company.memos, "memo", **fields, **states)
    company.note("credit", external or number, external, memo)
    return memo


def add_line(company: Company, memo: Json, body: Any) -> Json:
    line = insert(company, _draft(memo), body)
    company.touch(memo)
    return line_shown(memo, line)


def post(company: Company, memo: Json) -> None:
    """The draft goes, and the posted memo is another record."""
    goods = [line for line in _draft(memo)["lines"] if line["lineType"] != "Comment"]
    if not goods:
        raise dialog("Please add at least one line item to the credit memo.")
    del company.memos[memo["id"]]
    kept = {name: value for name, value in memo.items() if name not in {"id", "version"}}
    number = f"PS-CR{next(company.numbers)}"
    posted = company.add(company.memos, "memo", **{**kept, "number": number, "status": "Open"})
    if posted["invoiceNumber"]:
        settle(company, invoice_of(company, posted["invoiceNumber"]), memo_total(posted))
    company.note("post_credit", memo["number"], memo["externalDocumentNumber"], posted)


def memo_of(company: Company, key: str) -> Json:
    if key not in company.memos:
        raise not_found(f"salesCreditMemos({key})")
    return company.memos[key]


def memo_total(memo: Mapping[str, Any]) -> Decimal:
    return Decimal(totals(memo)["totalAmountIncludingTax"])


def memo_shown(memo: Mapping[str, Any]) -> Json:
    lines = [line_shown(memo, line) for line in memo["lines"]]
    return {**shown(memo), **totals(memo), "salesCreditMemoLines": lines}


def _draft(memo: Json) -> Json:
    if memo["status"] != "Draft":
        raise dialog("The action can be applied to a draft credit memo only.")
    return memo
