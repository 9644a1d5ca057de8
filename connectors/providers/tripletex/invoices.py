"""Invoices, each made of an order that is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.erp import InvoiceExporter, OrderExport
from connectors.errors import Rejected, RetryLater
from connectors.providers.tripletex.api import LAG, Json, id_of, today
from connectors.providers.tripletex.bodies import differs
from connectors.providers.tripletex.documents import There, amount_of, number_of
from connectors.providers.tripletex.orders import Orders


class Invoices(Orders, InvoiceExporter):
    def export_invoice(self, export: OrderExport) -> Exported:
        order = export.order
        found = self._all_there(order)
        missing = [item for item, invoice in found if invoice is None]
        for item in missing:
            _check_open(item.row)
            _check_total(order, item)
        numbers = [number_of(invoice or self._invoiced(item)) for item, invoice in found]
        said = f"made of order {_orders(missing)}" if missing else "invoiced there before"
        return Exported(external_id=", ".join(numbers), message=said)

    def find_invoice(self, export: OrderExport) -> Exported | None:
        found = self.invoices(export.order)
        made = [number_of(invoice) for _, invoice in found if invoice is not None]
        if not made or len(made) < len(self.parts(export.order)):
            return None
        return Exported(external_id=", ".join(made))

    def settle_invoice(self, export: OrderExport) -> Any:
        found = self.find_invoice(export)
        if found is None:
            return NotExecuted(proved_after_s=LAG)
        return Exported(external_id=found.external_id, message="found there after its answer was lost")

    def made_invoices(self, order: OrderDocument) -> list[tuple[There, Json]]:
        """Raises Rejected where a part of the order has none."""
        found = self._all_there(order)
        made = [(item, invoice) for item, invoice in found if invoice is not None]
        if len(made) < len(found):
            raise Rejected(
                f"Tripletex has no invoice for {self.reference(order)}; run ExportInvoices before this"
            )
        return made

    def _all_there(self, order: OrderDocument) -> list[tuple[There, Json | None]]:
        found = self.invoices(order)
        if len(found) < len(self.parts(order)):
            raise Rejected(f"Tripletex has no order for {self.reference(order)}; run ExportOrder before this")
        return found

    def _invoiced(self, item: There) -> Json:
        return self.done(f"/order/{id_of(item.row)}/:invoice", invoiceDate=today(), **self.sending())


def _check_open(row: Json) -> None:
    if row.get("isClosed") is True:
        raise Rejected(
            f"Order {row.get('number')} is closed in Tripletex and has no invoice; open it there again, or invoice it there"
        )


def _check_total(order: OrderDocument, item: There) -> None:
    """Raises Rejected rather than to ask a customer for another sum than the shop did."""
    with reading("Tripletex's order", RetryLater):
        lines = item.row["orderLines"]
        theirs = sum(
            (amount_of(line, "amountIncludingVatCurrency") for line in lines), start=0 * item.part.total
        )
    ours = item.part.total
    if differs(ours, theirs, order.currency, len(item.part.lines)):
        raise Rejected(
            f"Order {item.part.number} comes to {theirs} {order.currency} in Tripletex instead of {ours}. Check its lines"
            " and their VAT there and correct them, then run ExportInvoices again, or invoice it there"
        )


def _orders(items: Iterable[There]) -> str:
    return ", ".join(item.part.number for item in items)
