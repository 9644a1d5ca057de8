"""Credit notes: of a whole invoice by Tripletex itself, of some of it as an order of negative pieces that is invoiced."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.books import CreditNoteExport, CreditNoteExporter
from connectors.contracts.common import Exported, Line, OrderDocument
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.tripletex.api import LAG, Json, id_of, today
from connectors.providers.tripletex.bodies import amount_body, line_body, single_rate
from connectors.providers.tripletex.documents import There, amount_of, number_of
from connectors.providers.tripletex.invoices import Invoices

Credited = list[tuple[There, Json]]


class Credits(Invoices, CreditNoteExporter):
    def export_credit_note(self, export: CreditNoteExport) -> Exported:
        made = self.made_invoices(export.order)
        if _is_whole(export):
            notes = [self._whole(export, item, invoice) for item, invoice in made]
        else:
            notes = [self._part(export, *_only(export, made))]
        numbers = ", ".join(map(number_of, notes))
        return Exported(external_id=numbers, message=f"credits invoice {_invoices(made)}")

    def find_credit_note(self, export: CreditNoteExport) -> Exported | None:
        notes = self._found(export)
        return Exported(external_id=", ".join(map(number_of, notes))) if notes else None

    def settle_credit(self, export: CreditNoteExport) -> Any:
        return self.find_credit_note(export) or NotExecuted(proved_after_s=LAG)

    def credit_notes(self, order: OrderDocument, invoices: Sequence[Json]) -> list[Json]:
        """All that credit these invoices of an order."""
        there, credited = self.orders_of(order), [id_of(invoice) for invoice in invoices]
        known = {id_of(row): row for item in there for row in self.documents_of(item.row, order)}
        ours = self.reference(order)
        return [row for row in known.values() if _credits(row, credited) or _is_for(row, ours)]

    def _found(self, export: CreditNoteExport) -> list[Json]:
        """All of them, or none."""
        if not _is_whole(export):
            there = self.order_by(export.reference, self.reference(export.order))
            note = self._note_of(export, there) if there else None
            return [note] if note else []
        made = [(item, invoice) for item, invoice in self.invoices(export.order) if invoice is not None]
        notes = [self._note_by(export, item, invoice) for item, invoice in made]
        return [note for note in notes if note] if all(notes) else []

    def _whole(self, export: CreditNoteExport, item: There, invoice: Json) -> Json:
        there = self._note_by(export, item, invoice)
        if there is not None:
            return there
        made = self.done(
            f"/invoice/{id_of(invoice)}/:createCreditNote",
            date=today(),
            comment=_comment(export),
            **self.sending(),
        )
        if made.get("isCreditNote") is True:
            return made
        there = self._note_by(export, item, invoice)
        if there is None:
            raise Unknown(
                f"Tripletex has credited invoice {number_of(invoice)} but does not show the credit note yet"
            )
        return there

    def _note_by(self, export: CreditNoteExport, item: There, invoice: Json) -> Json | None:
        """The credit note of all of an invoice; one of some of it is none of these."""
        total = amount_of(invoice, "amountCurrency")
        rows = self.documents_of(item.row, export.order)
        whole = [
            row
            for row in rows
            if _credits(row, [id_of(invoice)]) and amount_of(row, "amountCurrency") == -total
        ]
        return whole[0] if whole else None

    def _part(self, export: CreditNoteExport, item: There, invoice: Json) -> Json:
        """In two steps, each of which is looked for: an order of what is given back, and its invoice."""
        there = self.order_by(export.reference, self.reference(export.order))
        note = self._note_of(export, there) if there else None
        if note is not None:
            return note
        row = there or self.made("/order", self._credit_body(export, item))
        return self.done(
            f"/order/{id_of(row)}/:invoice",
            invoiceDate=today(),
            invoiceIdIfIsCreditNote=id_of(invoice),
            **self.sending(),
        )

    def _note_of(self, export: CreditNoteExport, there: Json) -> Json | None:
        rows = self.documents_of(there, export.order)
        with reading("Tripletex's credit notes", RetryLater):
            made = [row for row in rows if id_of(there) in [id_of(order) for order in row["orders"] or ()]]
        return made[0] if made else None

    def _credit_body(self, export: CreditNoteExport, item: There) -> dict[str, Any]:
        order = export.order
        with reading("Tripletex's order", RetryLater):
            customer = id_of(item.row["customer"])
        return {
            **self.order_head(order, export.reference, customer),
            "orderDate": today(),
            "deliveryDate": today(),
            "invoiceComment": _comment(export),
            "orderLines": self._credit_lines(export),
        }

    def _credit_lines(self, export: CreditNoteExport) -> list[dict[str, Any]]:
        if not export.lines:
            vat = self.vat_type(single_rate(export.order.lines))
            return [amount_body(_comment(export), export.amount.amount, vat, back=True)]
        lines = {line.number: line for line in export.order.lines}
        return [self._credit_line(lines[at], count) for at, count in export.lines.items()]

    def _credit_line(self, line: Line, count: Decimal) -> dict[str, Any]:
        there = self.product(line.sku)
        product = id_of(there) if there else None
        return line_body(line, -count, product, self.vat_type(line.tax_rate))


def _only(export: CreditNoteExport, made: Credited) -> tuple[There, Json]:
    """The invoice of which some is credited. Raises Rejected where that is not one alone."""
    unknown = sorted(set(export.lines) - {line.number for line in export.order.lines})
    if unknown:
        raise Rejected(f"The order has no line {unknown[0]} that could be credited")
    fitting = [pair for pair in made if _holds(pair[0], export)]
    if len(fitting) != 1:
        raise Rejected(
            f"The order has the invoices {_invoices(made)} in Tripletex; credit lines of one of them at a time"
        )
    return fitting[0]


def _holds(item: There, export: CreditNoteExport) -> bool:
    return set(export.lines) <= {line.number for line in item.part.lines}


def _is_whole(export: CreditNoteExport) -> bool:
    """Whether all of the order is credited, its shipping fee too."""
    counted: dict[int, Decimal] = {line.number: line.quantity for line in export.order.lines}
    if export.lines and dict(export.lines) != counted:
        return False
    return export.amount.amount == export.order.total.amount


def _credits(row: Json, invoices: Sequence[int]) -> bool:
    return row.get("isCreditNote") is True and row.get("creditedInvoice") in invoices


def _is_for(row: Json, reference: str) -> bool:
    """A credit note of some of an order: its own order has the reference of ours."""
    orders = row.get("orders") or ()
    return row.get("isCreditNote") is True and any(order.get("reference") == reference for order in orders)


def _comment(export: CreditNoteExport) -> str:
    return f"{export.reference}: {export.reason}" if export.reason else export.reference


def _invoices(made: Credited) -> str:
    return ", ".join(number_of(invoice) for _, invoice in made)
