"""Refunds are credit memos: of lines and freight as they were sold, and an adjustment up or down to the amount."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import ShopRefund
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.magento.amounts import ZERO, amount, freight, part_of
from connectors.providers.magento.api import LAG, Json, id_of
from connectors.providers.magento.documents import Documents, Order, comment, number_of
from tenants.money import quantum


class Refunds(Documents):
    def refund_order(self, refund: ShopRefund) -> Exported:
        order = self.order(refund.order_external_id)
        made = self.referenced("creditmemos", order, refund.reference)
        if made:
            return _told(made[0], refund)
        body = self._memo(order, refund)
        path = self._pay_out_path(order) if refund.pay_out else f"/V1/order/{order.id}/refund"
        number = self.created(path, body, "credit memo")
        return _told(self.record(f"/V1/creditmemo/{number}", "credit memo"), refund)

    def settle_refund(self, refund: ShopRefund) -> Exported | NotExecuted | None:
        """Where the shop was to pay out, the money may have gone although Magento failed to keep the credit memo."""
        order = self.order(refund.order_external_id)
        made = self.referenced("creditmemos", order, refund.reference)
        if made:
            return _told(made[0], refund)
        return None if refund.pay_out else NotExecuted(proved_after_s=LAG)

    def _memo(self, order: Order, refund: ShopRefund) -> dict[str, Any]:
        _check(order, refund)
        lines = {line: Decimal(pieces) for line, pieces in refund.lines.items()}
        all_freight = _is_all_freight(order, refund)
        known = sum(_values(order, lines), ZERO) + (freight(order.body) if all_freight else ZERO)
        arguments = _arguments(refund.amount.amount - known, all_freight=all_freight)
        if refund.restock and lines:
            arguments["extension_attributes"] = {"return_to_stock_items": [int(line) for line in lines]}
        return {
            # Without any line Magento would take all of them.
            "items": [
                _item(line, pieces) for line, pieces in (lines or dict.fromkeys(_any(order), ZERO)).items()
            ],
            "notify": refund.notify,
            "comment": comment(refund.reference, refund.note),
            "arguments": arguments,
            **({"isOnline": True} if refund.pay_out else {}),
        }

    def _pay_out_path(self, order: Order) -> str:
        """Payment modules pay out by the invoice that took the money. Raises Rejected where that is not one invoice."""
        made = self.documents("invoices", order)
        if len(made) != 1:
            raise Rejected(
                f"Order {order.name} of Magento has {len(made) or 'no'} invoices; the shop can pay out by itself only"
                " where there is one. Refund it in Magento"
            )
        return f"/V1/invoice/{id_of(made[0]['entity_id'])}/refund"


def _check(order: Order, refund: ShopRefund) -> None:
    if refund.amount.currency != order.currency:
        raise Rejected(
            f"The refund is in {refund.amount.currency}, order {order.name} of Magento in {order.currency}"
        )
    if order.currency != str(order.body.get("base_currency_code") or order.currency):
        raise Rejected(
            f"Order {order.name} of Magento was paid in another currency than the shop's base currency, in which Magento"
            " takes adjustments; refund it in Magento"
        )
    unknown = [line for line in refund.lines if line not in order.items]
    if unknown:
        raise Rejected(
            f"Order {order.name} of Magento has no line {', '.join(unknown)}; compare its lines there"
        )


def _values(order: Order, lines: dict[str, Decimal]) -> Iterator[Decimal]:
    with reading("Magento's order", RetryLater):
        for line, pieces in lines.items():
            yield part_of(order.items[line], pieces, quantum(order.currency))


def _is_all_freight(order: Order, refund: ShopRefund) -> bool:
    """Whether Magento is to refund its freight as such. A part of it goes into the adjustment: whether Magento takes parts
    with or without tax is a setting of the shop that its API does not tell."""
    asked = refund.shipping.amount if refund.shipping else ZERO
    whole = freight(order.body)
    if asked > whole:
        raise Rejected(
            f"Order {order.name} of Magento had {whole:f} {order.currency} of freight, not {asked:f}"
        )
    return bool(asked) and asked == whole and not amount(order.body, "shipping_refunded")


def _arguments(rest: Decimal, *, all_freight: bool) -> dict[str, Any]:
    """Freight that is not named is refunded with all that is left of it."""
    told: dict[str, Any] = {} if all_freight else {"shipping_amount": 0}
    if rest:
        told["adjustment_positive" if rest > 0 else "adjustment_negative"] = abs(rest)
    return told


def _any(order: Order) -> list[str]:
    """One line, of which no piece is refunded."""
    return list(order.left)[:1]


def _item(line: str, pieces: Decimal) -> dict[str, Any]:
    return {"order_item_id": int(line), "qty": pieces}


def _told(memo: Json, refund: ShopRefund) -> Exported:
    """Magento works the total out by itself; one that differs is told."""
    with reading("Magento's credit memo", Unknown):
        total = amount(memo, "grand_total")
        number = number_of(memo)
    note = (
        ""
        if total == refund.amount.amount
        else (
            f"credit memo {number} in Magento comes to {total:f}, the refund is {refund.amount}; correct it there"
        )
    )
    return Exported(external_id=number, message=note)
