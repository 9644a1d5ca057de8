"""Refunds of orders, known by our reference at the end of their notes, so that none is made twice.

Shopify pays the money out itself wherever a refund names a payment of one of its gateways. A refund that is only to be
recorded therefore names payments that were taken by hand (manual gateways), for which Shopify moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.contracts.base import NotExecuted, reading
from connectors.contracts.common import Exported
from connectors.contracts.ecommerce import ShopRefund
from connectors.errors import Rejected, RetryLater, Unknown
from connectors.providers.shopify import order_queries as queries
from connectors.providers.shopify.amounts import ZERO, amount
from connectors.providers.shopify.graphql import Json
from connectors.providers.shopify.payments import number_of
from connectors.providers.shopify.telling import Telling

_TAKEN = {"CAPTURE", "SALE"}
#: States of a transaction that has moved money, that may still do so, and that never will.
_PAID, _ON_ITS_WAY, _FAILED = "SUCCESS", {"PENDING", "AWAITING_RESPONSE"}, {"FAILURE", "ERROR"}
_LATER = 600.0
#: Seconds for which a try whose answer was lost may still be at work over there.
_AT_WORK = 120


class Refunds(Telling):
    def refund_order(self, refund: ShopRefund) -> Exported:
        order = self._order(refund)
        there = _made(order, refund)
        if there is not None:
            return _standing(there, "recorded there before")
        asked = _creation(order, refund)
        made = self._refund(asked)
        if not made:
            raise Unknown("Shopify's answer holds no refund")
        return _standing(made, _said(asked, refund))

    def settle_refund(self, refund: ShopRefund) -> Exported | NotExecuted:
        there = _made(self._order(refund), refund)
        if there is None:
            return NotExecuted(proved_after_s=_AT_WORK)
        return _standing(there, "found there after its answer was lost")

    def _refund(self, asked: Json) -> Json | None:
        """Errors of refunds have no codes, so those about our key are known by their words: it was used before."""
        try:
            made: Json | None = self.tell(queries.REFUND, keyed=True, input=asked)["refundCreate"]["refund"]
        except Rejected as error:
            if "idempoten" not in error.message.casefold():
                raise
            raise Unknown(error.message, answered=error.answered, final=True) from None
        return made

    def _order(self, refund: ShopRefund) -> Json:
        order = self.order(queries.REFUNDS, refund.order_external_id)
        with reading("Shopify's order", RetryLater):
            full = (len(order["refunds"]), len(order["transactions"]))
            currency, paid_in = str(order["currencyCode"]), str(order["presentmentCurrencyCode"])
        if full[0] >= queries.MOST_REFUNDS or full[1] >= queries.MOST_TRANSACTIONS:
            raise Rejected(f"Order {order['name']} of Shopify has too many refunds; refund it there")
        if {currency, paid_in} != {refund.amount.currency}:
            raise Rejected(
                f"Order {order['name']} of Shopify is in {currency}, paid in {paid_in}, the refund in"
                f" {refund.amount.currency}; refund it there"
            )
        return order


def _made(order: Json, refund: ShopRefund) -> Json | None:
    """The refund that carries our reference."""
    with reading("Shopify's refunds", RetryLater):
        ours = [item for item in order["refunds"] if (item["note"] or "").endswith(_mark(refund))]
    return ours[0] if ours else None


def _standing(made: Json, said: str) -> Exported:
    """A refund counts once all of its money has moved."""
    with reading("Shopify's refund", Unknown):
        number, states = number_of(made["id"]), {item["status"] for item in made["transactions"]["nodes"]}
    if states & _FAILED:
        raise Rejected(f"Refund {number} stands in Shopify, but its money was not paid out; look at it there")
    if states & _ON_ITS_WAY:
        raise Unknown(f"Refund {number} of Shopify is still being paid out", retry_after=_LATER)
    if states - {_PAID}:
        raise Unknown(f"Refund {number} of Shopify is {', '.join(sorted(states))}; look at it there")
    return Exported(external_id=number, message=said)


def _creation(order: Json, refund: ShopRefund) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "orderId": order["id"],
        "note": " ".join(filter(None, [refund.note, _mark(refund)])),
        "notify": refund.notify,
        "refundLineItems": list(_lines(order, refund)),
        "transactions": _transactions(order, refund),
    }
    if refund.shipping:
        asked["shipping"] = {"amount": str(refund.shipping.amount)}
    return asked


def _lines(order: Json, refund: ShopRefund) -> Iterator[dict[str, Any]]:
    """Pieces that never left are given back as cancelled, others as returned."""
    with reading("Shopify's order lines", RetryLater):
        unsent = {number_of(line["id"]): line["unfulfilledQuantity"] for line in order["lineItems"]["nodes"]}
    for line, pieces in refund.lines.items():
        kind = "NO_RESTOCK"
        if refund.restock:
            kind = "CANCEL" if pieces <= unsent.get(line, 0) else "RETURN"
        yield {"lineItemId": f"gid://shopify/LineItem/{line}", "quantity": pieces, "restockType": kind}


def _transactions(order: Json, refund: ShopRefund) -> list[dict[str, Any]]:
    """What is given back of which payment, the oldest first. Raises Rejected where the payments do not suffice."""
    with reading("Shopify's transactions", RetryLater):
        payments = list(_payments(order, manual=not refund.pay_out))
    left, made = refund.amount.amount, []
    for payment, rest in payments:
        part = min(left, rest)
        if part > ZERO:
            made.append(_transaction(order, payment, part))
            left -= part
    if not left:
        return made
    if refund.pay_out:
        raise Rejected(
            f"Of order {order['name']} of Shopify {refund.amount.amount - left} {refund.amount.currency} can be paid"
            f" out, {refund.amount} is wanted; look at its payments there"
        )
    if refund.lines:
        return []
    raise Rejected(
        f"Shopify would pay the refund of order {order['name']} out itself, because it was paid there through a payment"
        f" gateway: {refund.amount} cannot be only recorded. Name the lines that come back, or add a note to it there"
    )


def _payments(order: Json, *, manual: bool) -> Iterator[tuple[Json, Decimal]]:
    """Payments that were taken, with what of each was not given back yet; all of them, or those taken by hand."""
    done = [item for item in order["transactions"] if item["status"] not in _FAILED]
    taken = [item for item in done if item["kind"] in _TAKEN and item["status"] == _PAID]
    for item in taken:
        if manual and not item["manualPaymentGateway"]:
            continue
        back = [other for other in done if other["kind"] == "REFUND" and _parent(other) == item["id"]]
        yield item, amount(item["amountSet"]) - sum((amount(one["amountSet"]) for one in back), ZERO)


def _parent(item: Json) -> str:
    return str((item["parentTransaction"] or {}).get("id") or "")


def _transaction(order: Json, payment: Json, part: Decimal) -> dict[str, Any]:
    named = {"parentId": payment["id"], "gateway": payment["gateway"]}
    return {"orderId": order["id"], "kind": "REFUND", "amount": str(part), **named}


def _mark(refund: ShopRefund) -> str:
    return f"[{refund.reference}]"


def _said(asked: Json, refund: ShopRefund) -> str:
    money = "paid out by Shopify" if refund.pay_out else "recorded"
    if not asked["transactions"]:
        money = "its goods recorded without money, which Shopify would have paid out itself"
    return (
        f"{money}; nothing restocked, as no lines are named" if refund.restock and not refund.lines else money
    )
