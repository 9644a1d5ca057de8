"""Sales credit memos: made as drafts against the order's invoice, and posted only where the connector says so.

The customer decides over there whether prices include tax, so the memo's head is made first and its lines fit what it
says. Source of the fields: Microsoft's API pages of sales credit memos and their lines (microsoft/ALAppExtensions).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.books import CreditNoteExport, CreditNoteExporter
from connectors.contracts.common import Exported
from connectors.errors import Misconfigured, Rejected, RetryLater, Unknown
from connectors.providers.dynamics365.bodies import MOST_NUMBER, SHIPPING, Body, sales_line
from connectors.providers.dynamics365.invoices import Invoices
from connectors.providers.dynamics365.memos import (
    check_total,
    checked,
    credited_lines,
    is_draft,
    only_rate,
)
from connectors.providers.dynamics365.odata import LAG, Json, equal, keyed
from tenants.money import Money, quantum

_LINES = {"$expand": "salesCreditMemoLines"}
_PATH = "/salesCreditMemos"
#: The line that says what is credited, before all others.
_NOTE = 1


class Credits(Invoices, CreditNoteExporter):
    def export_credit_note(self, export: CreditNoteExport) -> Exported:
        memo = self._memo(export)
        said = "credited there before"
        if memo is None:
            invoice = self._credited(export)
            memo = self._made(export, invoice)
            said = f"credits invoice {invoice['number']}"
        if is_draft(memo):
            memo = self._with_lines(export, memo)
            check_total(export, memo)
        if not is_draft(memo):
            return Exported(external_id=str(memo["number"]), message=said)
        if not self.values.post_credit_memos:
            return Exported(external_id=str(memo["number"]), message=f"{said}; to be posted there")
        return self._posted(export, memo, said)

    def find_credit_note(self, export: CreditNoteExport) -> Exported | None:
        memo = self._memo(export)
        return Exported(external_id=str(memo["number"])) if memo else None

    def settle_credit(self, export: CreditNoteExport) -> Exported | NotExecuted:
        """A draft is gone on with where lines are missing or it is to be posted."""
        memo = self._memo(export)
        if memo is None:
            return NotExecuted(proved_after_s=LAG)
        if is_draft(memo) and (self.values.post_credit_memos or self._missing_lines(export, memo)):
            return NotExecuted(proved_after_s=LAG)
        return Exported(external_id=str(memo["number"]), message="found there after its answer was lost")

    def _memo(self, export: CreditNoteExport) -> Json | None:
        query = {"$filter": equal("externalDocumentNumber", self._memo_number(export)), **_LINES}
        with reading("Business Central's credit memos", RetryLater):
            rows = [checked(row) for row in self.rows(_PATH, query)]
        if len(rows) > 1:
            numbers = ", ".join(str(row["number"]) for row in rows)
            raise Rejected(
                f"Business Central has several credit memos for {export.reference}: {numbers}; delete all but one"
            )
        return rows[0] if rows else None

    def _memo_number(self, export: CreditNoteExport) -> str:
        number = f"{self.values.external_number_prefix}{export.reference}".strip().upper()
        if len(number) > MOST_NUMBER:
            raise Rejected(
                f"External Document No. would be {number}; Business Central takes {MOST_NUMBER} characters at most"
            )
        return number

    def _credited(self, export: CreditNoteExport) -> Json:
        found = self.invoice_of(export.order, export.invoice)
        if found is None:
            raise Rejected(
                f"Business Central has no invoice for {export.order.number} that could be credited; run ExportInvoices"
                " before this"
            )
        return found

    def _made(self, export: CreditNoteExport, invoice: Json) -> Json:
        """The memo is set against the invoice as far as that is still to be paid."""
        today = datetime.now(UTC).date()
        with reading("Business Central's invoice", RetryLater):
            applied = {"invoiceNumber": str(invoice["number"])} if Decimal(invoice["remainingAmount"]) else {}
            body = {
                "externalDocumentNumber": self._memo_number(export),
                "customerNumber": invoice["customerNumber"],
            }
        dates = {"creditMemoDate": today, "postingDate": today}
        head = {**body, **dates, "currencyCode": export.amount.currency, **applied}
        memo = self.made(_PATH, head, lambda: self._memo(export))
        text = f"Credits invoice {invoice['number']}" + (f": {export.reason}" if export.reason else "")
        self._add(memo, {"sequence": _NOTE, "lineType": "Comment", "description": text[:100]})
        return self._read(memo)

    def _with_lines(self, export: CreditNoteExport, memo: Json) -> Json:
        missing = self._missing_lines(export, memo)
        for line in missing:
            self._add(memo, line)
        return self._read(memo) if missing else memo

    def _missing_lines(self, export: CreditNoteExport, memo: Json) -> list[Body]:
        there = {line["sequence"] for line in memo["salesCreditMemoLines"]}
        wanted = self._memo_lines(export, inclusive=memo["pricesIncludeTax"])
        return [line for line in wanted if line["sequence"] not in there]

    def _memo_lines(self, export: CreditNoteExport, *, inclusive: bool) -> Iterator[Body]:
        left = export.amount
        for line in credited_lines(export):
            left = left - line.total
            yield sales_line(line, inclusive)
        if left.amount < 0:
            raise Rejected(f"The lines to credit come to more than the {export.amount} that were given back")
        if left:
            yield self._rest(export, left, inclusive=inclusive)

    def _rest(self, export: CreditNoteExport, rest: Money, *, inclusive: bool) -> Body:
        """What no line explains: the freight, or an amount that was given back."""
        account = self.values.credit_memo_account or self.values.shipping_line_account
        if not account:
            raise Misconfigured(
                f"{rest} of the credit memo belong to no line; set the property CreditMemoAccount to the number of the"
                " account in Business Central that takes such amounts"
            )
        price = rest.amount
        if not inclusive:
            price = (price * 100 / (100 + only_rate(export))).quantize(quantum(rest.currency), ROUND_HALF_UP)
        return {
            "sequence": SHIPPING,
            "lineType": "Account",
            "lineObjectNumber": account,
            "description": (export.reason or f"Credit of {export.order.number}")[:100],
            "quantity": 1,
            "unitPrice": price,
            "discountAmount": Decimal(0),
        }

    def _posted(self, export: CreditNoteExport, memo: Json, said: str) -> Exported:
        """A posted memo has a number of its own."""
        self.post(f"{keyed('salesCreditMemos', memo)}/Microsoft.NAV.post")
        there = self._memo(export)
        if there is None or is_draft(there):
            raise Unknown(
                f"Business Central was told to post credit memo {memo['number']} and shows it as a draft"
            )
        return Exported(external_id=str(there["number"]), message=f"{said}, posted")

    def _add(self, memo: Json, line: Body) -> None:
        self.post(f"{keyed('salesCreditMemos', memo)}/salesCreditMemoLines", line)

    def _read(self, memo: Json) -> Json:
        with reading("Business Central's credit memo", RetryLater):
            return checked(self.call("GET", keyed("salesCreditMemos", memo), query=_LINES))
