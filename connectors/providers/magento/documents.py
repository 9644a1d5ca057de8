"""What was made of an order in the shop: shipments, invoices, credit memos, found again by our reference in a comment.

Magento knows no idempotency keys. Whoever writes reads the order and its documents first, and again after a lost answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectors.contracts.base import reading
from connectors.errors import RetryLater
from connectors.providers.magento.amounts import amount
from connectors.providers.magento.api import Filter, Json, MagentoApi, id_of
from connectors.providers.magento.words import Standing, standing


class Order:
    """An order with what of its lines is done."""

    def __init__(self, body: Json) -> None:
        with reading("Magento's order", RetryLater):
            self.body = body
            self.id = str(int(body["entity_id"]))
            self.name = str(body["increment_id"])
            self.state, self.status = str(body["state"]), str(body.get("status") or "")
            self.currency = str(body["order_currency_code"])
            self.items = {str(int(item["item_id"])): item for item in body["items"]}
            self.left = {
                number: (self._to_ship(item), self._to_invoice(item)) for number, item in self._own()
            }

    @property
    def ships(self) -> bool:
        """Whether anything is left to send."""
        return any(pieces > 0 for pieces, _ in self.left.values())

    @property
    def is_called_off(self) -> bool:
        """Wholly, or all that was not invoiced."""
        off = amount(self.body, "total_canceled") > 0 and not self.invoices
        return off or standing(self.state) is Standing.CANCELLED

    @property
    def invoices(self) -> bool:
        """Whether anything is left to invoice."""
        return any(pieces > 0 for _, pieces in self.left.values())

    def _own(self) -> Iterator[tuple[str, Json]]:
        """The lines that are counted: those that a shopper chose."""
        return ((number, item) for number, item in self.items.items() if not item.get("parent_item_id"))

    def _to_ship(self, item: Json) -> Decimal:
        if item.get("is_virtual"):
            return Decimal(0)
        done = self._done(item, "qty_shipped")
        return (
            amount(item, "qty_ordered") - done - amount(item, "qty_canceled") - amount(item, "qty_refunded")
        )

    def _to_invoice(self, item: Json) -> Decimal:
        return amount(item, "qty_ordered") - self._done(item, "qty_invoiced") - amount(item, "qty_canceled")

    def _done(self, item: Json, field: str) -> Decimal:
        """A bundle that is sent or charged by its parts counts its pieces on those: it is done when all of them are."""
        parts = [
            part for part in self.items.values() if str(part.get("parent_item_id")) == str(item["item_id"])
        ]
        over = bool(parts) and all(amount(part, field) >= amount(part, "qty_ordered") for part in parts)
        return amount(item, "qty_ordered") if over else amount(item, field)


class Documents(MagentoApi):
    def order(self, external_id: str) -> Order:
        number = id_of(external_id)
        return Order(self.record(f"/V1/orders/{number}", "order"))

    def documents(self, kind: str, order: Order) -> list[Json]:
        """Shipments, invoices or creditmemos of the order, the oldest first."""
        return self.all_of(f"/V1/{kind}", Filter("order_id", order.id))

    def referenced(self, kind: str, order: Order, reference: str) -> list[Json]:
        """Those that carry our reference."""
        with reading(f"Magento's {kind}", RetryLater):
            return [item for item in self.documents(kind, order) if _says(item, marked(reference))]


def marked(reference: str) -> str:
    """What our comments hold besides words for people. Brackets, so that 100234-1 is not found in 100234-12."""
    return f"[{reference}]"


def comment(reference: str, text: str = "") -> dict[str, Any]:
    """A comment that only staff see."""
    return {"comment": " ".join(filter(None, [text, marked(reference)])), "is_visible_on_front": 0}


def number_of(document: Json) -> str:
    """The number that people see, else the id."""
    return str(document.get("increment_id") or document["entity_id"])


def _says(document: Mapping[str, Any], text: str) -> bool:
    return any(text in str(item.get("comment") or "") for item in document.get("comments") or ())
