"""What a sales credit memo is to hold, and whether the one over there is as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from connectors.contracts.books import CreditNoteExport
from connectors.contracts.common import Line
from connectors.errors import Rejected
from connectors.providers.dynamics365.odata import Json
from tenants.money import Money, quantum

#: States of a memo that is still a draft, and of one that is in the books.
_DRAFT = {"Draft", "In Review", "In_x0020_Review"}
_POSTED = {"Open", "Paid", "Corrective"}


def credited_lines(export: CreditNoteExport) -> Iterator[Line]:
    """The order's lines with the pieces that are credited, and what those come to."""
    lines = {line.number: line for line in export.order.lines}
    for number, pieces in export.lines.items():
        if number not in lines:
            raise Rejected(f"The order has no line {number} that could be credited")
        line = lines[number]
        if not 0 < pieces <= line.quantity:
            raise Rejected(f"{pieces} of line {number} are to be credited, the order has {line.quantity}")
        share = pieces / line.quantity
        discount, tax, total = (_part(of, share) for of in (line.discount, line.tax, line.total))
        yield replace(line, quantity=pieces, discount=discount, tax=tax, total=total)


def _part(whole: Money, share: Decimal) -> Money:
    return Money((whole.amount * share).quantize(quantum(whole.currency), ROUND_HALF_UP), whole.currency)


def only_rate(export: CreditNoteExport) -> Decimal:
    rates = {line.tax_rate for line in export.order.lines}
    if len(rates) != 1:
        raise Rejected("The order's lines have several tax rates; credit lines instead of an amount")
    return rates.pop()


def check_total(export: CreditNoteExport, memo: Json) -> None:
    """Raises Rejected, before anything is posted, where the memo comes to something else than was given back."""
    theirs, ours = Decimal(memo["totalAmountIncludingTax"]), export.amount.amount
    if abs(theirs - ours) > quantum(export.amount.currency) * (len(memo["salesCreditMemoLines"]) + 1):
        raise Rejected(
            f"Business Central has made credit memo {memo['number']} with a total of {theirs} instead of {ours}"
            f" {export.amount.currency}. Check the VAT of its customer and lines, correct it there, and run this again"
        )


def is_draft(memo: Json) -> bool:
    """Raises Rejected for a memo that was canceled, or that stands in a way nobody has told of."""
    status = str(memo["status"])
    if status not in _DRAFT | _POSTED:
        raise Rejected(f"Credit memo {memo['number']} of Business Central is {status}; look at it there")
    return status in _DRAFT


def checked(row: Json) -> Json:
    if not all(isinstance(row[name], str) and row[name] for name in ("id", "number", "status")):
        raise TypeError("it is not complete")
    if not isinstance(row["pricesIncludeTax"], bool):
        raise TypeError("it does not tell whether prices include tax")
    Decimal(row["totalAmountIncludingTax"])
    [int(line["sequence"]) for line in row["salesCreditMemoLines"]]
    return row
