"""Inbound deliveries, which Ongoing calls purchase orders: announced by their number, and read when something came."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.contracts.catalog import CatalogPage
from connectors.contracts.common import Exported
from connectors.contracts.warehouse import InboundDelivery, InboundLine
from connectors.errors import RetryLater
from connectors.providers.ongoing.api import Json, OngoingApi
from connectors.providers.ongoing.cursor import Cursor
from connectors.providers.ongoing.states import moment

#: What one run asks for: deliveries that something came of, then those that were closed without.
_QUESTIONS = ("lastReceiveTimeFrom", "purchaseOrderStatusChangedTimeFrom")


class Inbounds(OngoingApi):
    def export_inbound(self, delivery: InboundDelivery) -> Exported:
        number, said = self.upsert("purchaseOrders", self._announced(delivery), "purchaseOrderId")
        return Exported(external_id=number, message=said)

    def import_inbound(self, cursor: str) -> CatalogPage[InboundDelivery]:
        at = Cursor.read(cursor, self.values.import_from)
        rows = self.listed(
            "purchaseOrders",
            **{_QUESTIONS[at.part]: at.since_text} if at.since else {},
            purchaseOrderIdFrom=at.after or None,
            maxPurchaseOrdersToGet=self.values.page_size,
        )
        with reading("Ongoing's purchase orders", RetryLater):
            items = [self._delivery(row) for row in rows]
            last = max((int(row["purchaseOrderInfo"]["purchaseOrderId"]) for row in rows), default=0)
        if rows:
            text, more = at.behind(last).text(), True
        elif at.since and at.part + 1 < len(_QUESTIONS):
            text, more = at.further().text(), True
        else:
            text, more = at.ended(), False
        return CatalogPage(items=tuple(item for item in items if item.reference), cursor=text, more=more)

    def _announced(self, delivery: InboundDelivery) -> dict[str, Any]:
        told = {
            "purchaseOrderNumber": self.numbered(delivery.reference),
            "inDate": delivery.expected_on.isoformat() if delivery.expected_on else None,
            "supplierInfo": {"supplierName": delivery.supplier} if delivery.supplier else None,
            "warehouseId": self.warehouse_id(delivery.warehouse),
            "purchaseOrderLines": [
                {"rowNumber": str(line.number), "articleNumber": line.sku, "numberOfItems": line.quantity}
                for line in delivery.lines
            ],
        }
        return {name: value for name, value in told.items() if value is not None}

    def _delivery(self, row: Json) -> InboundDelivery:
        info = row["purchaseOrderInfo"]
        status, expected = info["purchaseOrderStatus"], moment(info.get("inDate"))
        number = int(status["number"])
        return InboundDelivery(
            reference=self.own_number(info["purchaseOrderNumber"]),
            external_id=str(int(info["purchaseOrderId"])),
            supplier=str((row.get("supplierInfo") or {}).get("supplierName") or ""),
            expected_on=expected.date() if expected else None,
            lines=tuple(_lines(row)),
            word=f"{number} {status.get('text') or ''}".strip(),
            closed=str(number) in self.values.closed_inbound.split(","),
        )


def _lines(row: Json) -> Iterator[InboundLine]:
    """Rows that somebody added there have no number of ours."""
    for line in row.get("purchaseOrderLines") or ():
        number = str(line.get("rowNumber") or "")
        if number.isdecimal():
            yield InboundLine(
                number=int(number),
                sku=str(line["article"]["articleNumber"]),
                quantity=Decimal(line.get("advisedNumberOfItems") or 0),
                received=Decimal(line.get("receivedNumberOfItems") or 0),
            )
