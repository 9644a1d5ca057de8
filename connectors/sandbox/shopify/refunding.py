"""Refunds: goods that come back and money that goes back, each to the payment that it names."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.shopify import nodes
from connectors.sandbox.shopify.call import Call, gid, number_of
from connectors.sandbox.shopify.shop import Json, Order
from connectors.sandbox.shopify.telling import touch

#: Gateways of which the shop moves no money itself.
MANUAL = {"manual", "bank_deposit", "cash_on_delivery"}


def read_refunds(call: Call) -> Json:
    order = call.order
    return {"order": order and _shown(call, order)}


def refund_order(call: Call) -> Json:
    asked = call.variables["input"]
    order = call.shop.orders[int(number_of(asked["orderId"]))]
    if not asked["transactions"] and not asked["refundLineItems"]:
        return refused("", "Refund must contain at least one line item, shipping or transaction")
    for item in asked["transactions"]:
        if Decimal(item["amount"]) > _left(order, int(number_of(item["parentId"]))):
            return refused("", "Refund amount exceeds what was paid")
    made = _make(call, order, asked)
    return {"refundCreate": {"refund": made, "userErrors": []}}


def refused(code: str, message: str) -> Json:
    """Errors of refunds have no code; those about a key tell it in words."""
    error = {"field": ["input"], "message": f"Idempotency key: {message}" if code else message}
    return {"refundCreate": {"refund": None, "userErrors": [error]}}


def _make(call: Call, order: Order, asked: Json) -> Json:
    shop, body, back = call.shop, order.body, []
    for item in asked["transactions"]:
        parent = int(number_of(item["parentId"]))
        moved = {"kind": "refund", "status": "success", "gateway": item["gateway"], "parent_id": parent}
        back.append({"id": shop.new_id(), "amount": item["amount"], "currency": body["currency"], **moved})
    order.transactions += back
    number = shop.new_id()
    order.refunds.append({"id": number, "note": asked["note"], "transactions": back})
    for item in asked["refundLineItems"]:
        line = next(one for one in body["line_items"] if str(one["id"]) == number_of(item["lineItemId"]))
        line["current_quantity"] = max(line["current_quantity"] - item["quantity"], 0)
    _count(order)
    paid_out = sum((Decimal(item["amount"]) for item in back if item["gateway"] not in MANUAL), Decimal(0))
    shop.record(
        "refund", f"{body['id']} {asked['note']}", reference=body["name"].lstrip("#"), object=str(number)
    )
    order.paid_out += paid_out
    touch(call, order)
    return _refund(order.refunds[-1])


def _count(order: Order) -> None:
    given = sum(
        (Decimal(item["amount"]) for item in order.transactions if item["kind"] == "refund"), Decimal(0)
    )
    if given:
        whole = given >= Decimal(order.body["total_price"])
        order.body["financial_status"] = "refunded" if whole else "partially_refunded"


def _left(order: Order, parent: int) -> Decimal:
    paid = [Decimal(item["amount"]) for item in order.transactions if item["id"] == parent]
    back = [Decimal(item["amount"]) for item in order.transactions if item["parent_id"] == parent]
    return sum(paid, Decimal(0)) - sum(back, Decimal(0))


def _shown(call: Call, order: Order) -> Json:
    node = nodes.order_node(call.shop, order)
    lines = [
        {
            "id": gid("LineItem", line["id"]),
            "unfulfilledQuantity": sum(
                order.left(part, line["id"]) for part in order.fulfilment_orders if line["id"] in part.lines
            ),
        }
        for line in order.body["line_items"]
    ]
    paid = [{**told, "manualPaymentGateway": told["gateway"] in MANUAL} for told in node["transactions"]]
    refunds = [_refund(item) for item in order.refunds]
    return {**node, "lineItems": {"nodes": lines}, "transactions": paid, "refunds": refunds}


def _refund(item: Json) -> Json:
    moved = [
        {"id": gid("OrderTransaction", one["id"]), "status": one["status"].upper()}
        for one in item["transactions"]
    ]
    return {"id": gid("Refund", item["id"]), "note": item["note"], "transactions": {"nodes": moved}}
