"""Shipments: one for each parcel, or its tracking number on what was sent before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import Fulfilment
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.magento.api import LAG, Json, id_of
from connectors.providers.magento.documents import Documents, Order, comment, marked, number_of
from connectors.providers.magento.words import Standing, standing

OFF = "IsExportShipOrderEnabled is off, so the shop was not told"
#: Where the shop has no module for the carrier.
_CUSTOM = "custom"


class Fulfilments(Documents):
    def fulfil(self, fulfilment: Fulfilment) -> Exported:
        if not self.values.is_export_ship_order_enabled:
            return Exported(message=OFF)
        order = self.order(fulfilment.order_external_id)
        made = self._shipments(order)
        known = told(made, fulfilment)
        if known:
            return Exported(external_id=number_of(known[0]))
        self._check_shippable(order)
        if made and not fulfilment.lines and not order.ships:
            return self._tracked(order, made[-1], fulfilment)
        if not order.ships:
            raise Rejected(f"Order {order.name} of Magento has nothing left to ship")
        number = self.created(f"/V1/order/{order.id}/ship", self._parcel(order, fulfilment), "shipment")
        return Exported(external_id=number)

    def settle_fulfilment(self, fulfilment: Fulfilment) -> Exported | NotExecuted:
        order = self.order(fulfilment.order_external_id)
        known = told(self._shipments(order), fulfilment)
        return Exported(external_id=number_of(known[0])) if known else NotExecuted(proved_after_s=LAG)

    def _shipments(self, order: Order) -> list[Json]:
        made = self.documents("shipments", order)
        with reading("Magento's shipments", RetryLater):
            return [
                dict(item, tracks=list(item["tracks"] or ()), comments=list(item["comments"] or ()))
                for item in made
            ]

    def _check_shippable(self, order: Order) -> None:
        kind = standing(order.state)
        if kind in {Standing.HELD, Standing.UNPAID, Standing.CANCELLED, Standing.UNKNOWN}:
            raise Rejected(
                f"Order {order.name} of Magento is {order.status or order.state}, and nothing can be shipped of it; see to"
                " it in Magento first"
            )

    def _parcel(self, order: Order, fulfilment: Fulfilment) -> dict[str, Any]:
        body: dict[str, Any] = {
            "notify": self.values.notify_customer,
            "comment": comment(fulfilment.reference),
            "arguments": {"extension_attributes": {"source_code": self.values.source_code}},
        }
        if fulfilment.lines:
            body["items"] = list(_items(order, fulfilment))
        if fulfilment.tracking_number:
            body["tracks"] = [self._track(fulfilment)]
        return body

    def _track(self, fulfilment: Fulfilment) -> dict[str, str]:
        carriers = {str(name).casefold(): str(code) for name, code in self.values.carriers.items()}
        return {
            "track_number": fulfilment.tracking_number,
            "title": fulfilment.carrier or "Parcel",
            "carrier_code": carriers.get(fulfilment.carrier.casefold(), _CUSTOM),
        }

    def _tracked(self, order: Order, shipment: Json, fulfilment: Fulfilment) -> Exported:
        """All pieces were told of before: a further parcel of them is a further tracking number."""
        if not fulfilment.tracking_number:
            return Exported(
                external_id=number_of(shipment),
                message=f"Magento had been told of all pieces of {order.name} before",
            )
        entity = {
            "order_id": int(order.id),
            "parent_id": int(id_of(shipment["entity_id"])),
            "weight": 0,
            "qty": 0,
            "description": marked(fulfilment.reference),
            **self._track(fulfilment),
        }
        answer = self.post("/V1/shipment/track", {"entity": entity})
        if not isinstance(answer, dict) or not answer.get("entity_id"):
            raise Unknown("Magento's answer names no tracking number that it has added")
        return Exported(external_id=number_of(shipment))


def told(made: Sequence[Json], fulfilment: Fulfilment) -> list[Json]:
    """The shipments that are this one: by its tracking number, or by our reference."""
    number, mark = fulfilment.tracking_number, marked(fulfilment.reference)
    with reading("Magento's shipments", RetryLater):
        return [
            item
            for item in made
            if (number and any(track["track_number"] == number for track in item["tracks"]))
            or any(mark in str(note.get("comment") or "") for note in item["comments"])
        ]


def _items(order: Order, fulfilment: Fulfilment) -> Iterator[dict[str, Any]]:
    for line, pieces in fulfilment.lines.items():
        if line not in order.items:
            raise Rejected(f"Order {order.name} of Magento has no line {line}; compare its lines there")
        left = order.left.get(line, (Decimal(pieces), Decimal(0)))[0]
        if pieces > left:
            raise Rejected(
                f"Order {order.name} of Magento: {left:f} of {pieces} pieces of line {line} can be shipped"
            )
        yield {"order_item_id": int(line), "qty": pieces}
