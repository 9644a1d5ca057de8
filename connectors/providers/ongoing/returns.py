"""Returns: what came back of orders. The list has no pages."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.contracts.base import reading
from connectors.contracts.catalog import CatalogPage
from connectors.contracts.warehouse import ReturnedLine, WarehouseReturn
from connectors.errors import RetryLater
from connectors.providers.ongoing.api import Json, OngoingApi
from connectors.providers.ongoing.cursor import Cursor
from connectors.providers.ongoing.states import moment


class Returns(OngoingApi):
    def import_returns(self, cursor: str) -> CatalogPage[WarehouseReturn]:
        at = Cursor.read(cursor, self.values.import_from)
        rows = self.listed("returnOrders", goodsReturnedFromDate=at.since_text)
        with reading("Ongoing's returns", RetryLater):
            items = [self._return(row) for row in rows]
        came = tuple(item for item in items if item.reference and item.lines)
        return CatalogPage(items=came, cursor=at.ended(), more=False)

    def _return(self, row: Json) -> WarehouseReturn:
        info, status = row["returnOrderInfo"], row["returnOrderInfo"].get("returnOrderStatus") or {}
        order = row.get("customerOrderInfo") or {}
        return WarehouseReturn(
            reference=self.own_number(order.get("orderNumber")),
            external_id=str(int(info["returnOrderId"])),
            lines=tuple(_lines(row)),
            received_at=max(filter(None, map(moment, _times(row))), default=None),
            word=f"{status.get('number') or ''} {status.get('text') or ''}".strip(),
        )


def _lines(row: Json) -> Iterator[ReturnedLine]:
    """What is only announced has not come back."""
    for line in row.get("returnOrderLines") or ():
        pieces = Decimal(line.get("returnedNumberOfItems") or 0)
        number = str((line.get("customerOrderLine") or {}).get("customerOrderRowNumber") or "")
        if pieces > 0 and number.isdecimal():
            cause = line.get("returnCause") or {}
            yield ReturnedLine(
                number=int(number),
                sku=str(line["article"]["articleNumber"]),
                quantity=pieces,
                cause=str(cause.get("name") or cause.get("code") or ""),
            )


def _times(row: Json) -> Iterator[object]:
    for line in row.get("returnOrderLines") or ():
        for item in line.get("returnedArticleItems") or ():
            yield item.get("returnTime")
