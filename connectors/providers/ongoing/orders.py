"""Orders out: put by their number, looked at before, so that nothing is changed that the warehouse is at work on."""

from __future__ import annotations

from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported, OrderDocument
from connectors.contracts.erp import OrderExport, OrderExporter
from connectors.contracts.warehouse import WarehouseState
from connectors.errors import Rejected, RetryLater
from connectors.providers.ongoing.api import API, Json, plain
from connectors.providers.ongoing.bodies import Body, differences, order_body, warehouse_of
from connectors.providers.ongoing.states import Standings

#: States in which the warehouse may still take changes; whether it does is its own decision.
_OPEN = frozenset(
    {WarehouseState.ACCEPTED, WarehouseState.PICKING, WarehouseState.FAILED, WarehouseState.UNKNOWN}
)


class Orders(Standings, OrderExporter):
    def export_order(self, export: OrderExport) -> Exported:
        order = export.order
        body, there = self._body(order), self._there(order)
        if there is None:
            self._check_new(order)
        else:
            found = list(differences(there, body))
            standing = self.standing(there)
            if standing.state not in _OPEN:
                return self._left_alone(there, found)
        number, said = self.upsert("orders", body, "orderId")
        return Exported(external_id=number, message=said)

    def find_order(self, export: OrderExport) -> Exported | None:
        there = self._there(export.order)
        return Exported(external_id=_id(there)) if there else None

    def cancel_order(self, export: OrderExport) -> Exported:
        """What Ongoing answers says little, so the order is read again afterwards."""
        there = self._there(export.order)
        if there is None or self.standing(there).state is WarehouseState.CANCELLED:
            return Exported(message="it is not there any more" if there is None else "it is cancelled there")
        answer = self.delete(f"{API}/orders/{_id(there)}")
        said = plain(answer.get("message")) if isinstance(answer, dict) else ""
        after = self._there(export.order)
        if after is not None and self.standing(after).state is not WarehouseState.CANCELLED:
            raise Rejected(
                f"Ongoing keeps the order as {self.standing(after).word}{f': {said}' if said else ''}; ask the warehouse"
            )
        return Exported(external_id=_id(there), message=said)

    def settle_order(self, export: OrderExport) -> Exported | NotExecuted:
        """An order that is there but differs is put again, which is the same however often it is done."""
        there = self._there(export.order)
        if there is None or list(differences(there, self._body(export.order))):
            return NotExecuted()
        return Exported(external_id=_id(there), message="found there after its answer was lost")

    def _body(self, order: OrderDocument) -> Body:
        warehouse = self.warehouse_id(warehouse_of(order))
        mapping = tuple(self.config.field_mapping)
        return order_body(order, self.numbered(order.number), self.values, mapping, warehouse)

    def _there(self, order: OrderDocument) -> Json | None:
        """Raises Rejected where the number is that of an order which we did not put there."""
        number = self.numbered(order.number)
        for row in self.listed("orders", orderNumber=number):
            with reading("Ongoing's order", RetryLater):
                info = row["orderInfo"]
                if str(info["orderNumber"]).casefold() != number.casefold():
                    continue
                ours = str(info.get("goodsOwnerOrderId") or "") == str(order.id) or _id(row) == self._known(
                    order
                )
            if not ours:
                raise Rejected(
                    f"Ongoing has an order {number} that was not made from this one. Set the property NumberPrefix, so that"
                    " orders of several shops or systems do not share numbers"
                )
            return row
        return None

    def _known(self, order: OrderDocument) -> str:
        """The id that the order had over there."""
        return str(order.external_ids.get(str(self.config.connector_id or self.config.name), ""))

    def _check_new(self, order: OrderDocument) -> None:
        before = self._known(order)
        if before:
            raise Rejected(
                f"Ongoing has the order {self.numbered(order.number)} (id {before}) no more. If it is still wanted, make it"
                " there by hand"
            )

    def _left_alone(self, there: Json, found: list[str]) -> Exported:
        """Raises Rejected where something should have been changed that cannot be any more."""
        word = self.standing(there).word
        if self.standing(there).state is WarehouseState.CANCELLED:
            raise Rejected(
                f"The order is cancelled at the warehouse ({word}); it takes it under a new number only"
            )
        if found:
            raise Rejected(f"The order is {word} at the warehouse, too late to change {', '.join(found)}")
        return Exported(external_id=_id(there), message=f"it is {word} there, so nothing was changed")


def _id(there: Json) -> str:
    with reading("Ongoing's order", RetryLater):
        number: Any = there["orderInfo"]["orderId"]
        return str(int(number))
