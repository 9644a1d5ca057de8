"""Finding orders by their number, and the invoices that were made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.common import OrderDocument
from connectors.errors import Rejected, RetryLater
from connectors.providers.tripletex.api import NORWAY, Json, id_of
from connectors.providers.tripletex.bodies import Part, parts_of
from connectors.providers.tripletex.masters import Masters, numbers

ORDER = (
    "id,version,number,reference,status,isClosed,customer(id),currency(id,code),"
    "orderLines(id,count,amountIncludingVatCurrency,isCharged)"
)
INVOICE = (
    "id,invoiceNumber,invoiceDate,amount,amountCurrency,amountCurrencyOutstanding,currency(id,code),isCreditNote,"
    "isCredited,creditedInvoice,orders(id,number,reference)"
)
#: All dates: both ends are required, and the number says enough.
_EVER = {"orderDateFrom": "2000-01-01", "orderDateTo": "2100-01-01"}
#: An invoice may be dated before the order was placed by so much.
_BACK = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class There:
    """A part of an order, and the order over there that holds it."""

    part: Part
    row: Json


class Documents(Masters):
    def reference(self, order: OrderDocument) -> str:
        return f"{self.values.reference_prefix}{order.number}".strip()

    def parts(self, order: OrderDocument) -> list[Part]:
        """As they are over there, or are to be: an order that was exported before it had shipments stays one."""
        ours, per_shipment = self.reference(order), self.values.export_per_shipment
        found = parts_of(order, ours, per_shipment=per_shipment)
        if len(found) > 1 and self.order_by(ours, ours):
            return parts_of(order, ours, per_shipment=False)
        return found

    def orders_of(self, order: OrderDocument) -> list[There]:
        """Those that are there."""
        ours = self.reference(order)
        found = ((part, self.order_by(part.number, ours)) for part in self.parts(order))
        return [There(part, row) for part, row in found if row is not None]

    def order_by(self, number: str, reference: str) -> Json | None:
        """Raises Rejected for an order of that number which is none of ours, or was cancelled."""
        with reading("Tripletex's orders", RetryLater):
            rows = self.rows("/order", number=number, **_EVER, fields=ORDER)
            same = [row for row in rows if str(row["number"]) == number]
            foreign = [row for row in same if str(row["reference"] or "") != reference]
            cancelled = [row for row in same if row.get("status") == "CANCELLED"]
        if foreign:
            raise Rejected(
                f"Order {number} in Tripletex has another reference than {reference}, so it is not this one; set the"
                " connector's property ReferencePrefix to something that keeps the numbers apart"
            )
        if cancelled:
            raise Rejected(
                f"Order {number} was cancelled in Tripletex; open it there again if it is still wanted"
            )
        if len(same) > 1:
            raise Rejected(f"Tripletex has several orders with the number {number}; delete all but one there")
        return same[0] if same else None

    def documents_of(self, row: Json, order: OrderDocument) -> list[Json]:
        """The invoices and credit notes of the customer of an order there, since about when it was placed."""
        placed = order.placed_at.astimezone(NORWAY).date()
        with reading("Tripletex's order", RetryLater):
            customer = id_of(row["customer"])
        asked = {
            "customerId": customer,
            "invoiceDateFrom": placed - _BACK,
            "invoiceDateTo": _EVER["orderDateTo"],
        }
        return list(self.rows("/invoice", **asked, fields=INVOICE))

    def invoice_of(self, row: Json, documents: Sequence[Json]) -> Json | None:
        """Of one order there. Raises Rejected where there are several: then nobody can tell which is meant."""
        with reading("Tripletex's invoices", RetryLater):
            made = [item for item in documents if _is_of(item, row) and item["isCreditNote"] is not True]
        if len(made) > 1:
            raise Rejected(
                f"Order {row.get('number')} has several invoices in Tripletex: {numbers(made, 'invoiceNumber')}"
            )
        return made[0] if made else None

    def invoices(self, order: OrderDocument) -> list[tuple[There, Json | None]]:
        """Every order there that holds a part of ours, with its invoice."""
        there = self.orders_of(order)
        known: dict[int, list[Json]] = {}
        for item in there:
            customer = id_of(item.row["customer"])
            if customer not in known:
                known[customer] = self.documents_of(item.row, order)
        return [(item, self.invoice_of(item.row, known[id_of(item.row["customer"])])) for item in there]

    def sending(self) -> dict[str, Any]:
        """Whether the customer is sent a document: Tripletex does so unless it is told not to."""
        wanted, way = self.values.send_to_customer, self.values.send_type
        chosen = {"sendType": way} if wanted and way != "CustomerDefault" else {}
        return {"sendToCustomer": wanted, **chosen}


def number_of(invoice: Json) -> str:
    """Raises RetryLater for a document without one."""
    with reading("Tripletex's invoice", RetryLater):
        return str(int(invoice["invoiceNumber"]))


def amount_of(row: Json, field: str) -> Decimal:
    with reading(f"Tripletex's {field}", RetryLater):
        return Decimal(str(row[field]))


def _is_of(invoice: Json, row: Json) -> bool:
    return id_of(row) in [id_of(order) for order in invoice["orders"] or ()]
