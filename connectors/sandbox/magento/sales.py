"""What is made of an order: invoices, shipments, credit memos, comments, and the order's way through its states."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connectors.sandbox.magento.papers import (
    count_pieces,
    freight_left,
    freight_of,
    mark_of,
    new_document,
    own_lines,
    pieces_left,
    settle_state,
    tracked,
    wanted_pieces,
    worth_of,
)
from connectors.sandbox.magento.shop import STATUSES, Json, Refused, Shop, decimal, now_after, number, touch


def invoice(shop: Shop, order: Json, body: Json) -> int:
    open_ = {item["item_id"]: pieces_left(item, "qty_invoiced") for item in own_lines(order)}
    wanted = wanted_pieces(body, open_)
    if order["state"] in {"canceled", "closed", "complete", "holded"} or not any(wanted.values()):
        raise Refused(
            "Invoice Document Validation Error(s):\nThe order does not allow an invoice to be created."
        )
    count_pieces(order, wanted, "qty_invoiced")
    total = sum(
        (worth_of(item, wanted.get(item["item_id"], Decimal(0))) for item in own_lines(order)), Decimal(0)
    )
    total += freight_of(order) if not decimal(order, "total_invoiced") else Decimal(0)
    made = new_document(shop, order, body, grand_total=number(total), state=2 if body.get("capture") else 1)
    shop.invoices[made["entity_id"]] = made
    order["total_invoiced"] = number(decimal(order, "total_invoiced") + total)
    if body.get("capture"):
        order["total_paid"] = number(decimal(order, "total_paid") + total)
        order["payment"]["amount_paid"] = order["total_paid"]
        shop.money("capture", order, total, f"{order['entity_id']} {made['entity_id']}")
    shop.record(
        "invoice", f"{order['entity_id']} {mark_of(body) or made['entity_id']}", object=made["increment_id"]
    )
    settle_state(order)
    return int(made["entity_id"])


def ship(shop: Shop, order: Json, body: Json) -> int:
    open_ = {item["item_id"]: pieces_left(item, "qty_shipped") for item in own_lines(order)}
    wanted = wanted_pieces(body, open_)
    if order["state"] in {"canceled", "closed", "holded"} or not any(wanted.values()):
        raise Refused("Shipment Document Validation Error(s):\nYou can't create a shipment without products.")
    source = body.get("arguments", {}).get("extension_attributes", {}).get("source_code")
    if source not in shop.sources:
        raise Refused("Source with code %1 does not exist.", [str(source)])
    count_pieces(order, wanted, "qty_shipped")
    made = new_document(shop, order, body)
    made["tracks"] = [tracked(shop, made, track) for track in body.get("tracks", [])]
    shop.shipments[made["entity_id"]] = made
    numbers = " ".join(track["track_number"] for track in made["tracks"])
    shop.record(
        "ship",
        f"{order['entity_id']} {numbers or mark_of(body) or made['entity_id']}",
        reference=order["increment_id"],
        object=made["increment_id"],
    )
    settle_state(order)
    return int(made["entity_id"])


def track(shop: Shop, entity: Json) -> Json:
    shipment = shop.shipments.get(int(entity["parent_id"]))
    if shipment is None:
        raise Refused("Could not save the shipment tracking.", status=400)
    made = tracked(shop, shipment, entity)
    shipment["tracks"].append(made)
    shop.record("ship", f"{entity['order_id']} {made['track_number']}", object=str(made["entity_id"]))
    return made


def refund(shop: Shop, order: Json, body: Json, invoice_id: int | None = None) -> int:
    open_ = {
        item["item_id"]: decimal(item, "qty_invoiced") - decimal(item, "qty_refunded")
        for item in own_lines(order)
    }
    wanted = wanted_pieces(body, open_)
    told = body.get("arguments", {})
    if any(pieces > open_[line] for line, pieces in wanted.items()):
        raise Refused(
            "Creditmemo Document Validation Error(s):\nThe quantity to creditmemo must not be greater than the unrefunded"
            " quantity."
        )
    goods = sum(
        (worth_of(item, wanted.get(item["item_id"], Decimal(0))) for item in own_lines(order)), Decimal(0)
    )
    freight = Decimal(str(told["shipping_amount"])) if "shipping_amount" in told else freight_left(order)
    total = goods + freight + decimal(told, "adjustment_positive") - decimal(told, "adjustment_negative")
    if order["state"] in {"canceled", "closed", "holded", "new"} or total <= 0:
        raise Refused(
            "Creditmemo Document Validation Error(s):\nA creditmemo can not be created when an order has a status of"
            f" {order['status']}"
        )
    paid = decimal(order, "total_invoiced") - decimal(order, "total_refunded")
    if total > paid:
        raise Refused("The most money available to refund is %1.", [f"{paid:f}"])
    count_pieces(order, wanted, "qty_refunded")
    order["shipping_refunded"] = number(decimal(order, "shipping_refunded") + freight)
    order["total_refunded"] = number(decimal(order, "total_refunded") + total)
    made = new_document(shop, order, body, grand_total=number(total), state=3)
    shop.creditmemos[made["entity_id"]] = made
    if invoice_id is not None and body.get("isOnline"):
        shop.money("refund", order, total, f"{order['entity_id']} {mark_of(body) or made['entity_id']}")
    shop.record(
        "credit_memo",
        f"{order['entity_id']} {mark_of(body) or made['entity_id']}",
        object=made["increment_id"],
    )
    settle_state(order)
    return int(made["entity_id"])


def cancel(shop: Shop, order: Json) -> bool:
    left = any(pieces_left(item, "qty_invoiced") for item in own_lines(order))
    if not left or order["state"] in {"canceled", "complete", "closed", "holded", "payment_review"}:
        return False
    for item in order["items"]:
        item["qty_canceled"] = number(pieces_left(item, "qty_invoiced"))
    canceled = decimal(order, "grand_total") - decimal(order, "total_invoiced")
    order["total_canceled"] = number(canceled)
    if not decimal(order, "total_invoiced"):
        order["state"] = order["status"] = "canceled"
    shop.record("cancel_order", str(order["entity_id"]), reference=order["increment_id"])
    touch(order)
    return True


def hold(shop: Shop, order: Json) -> bool:
    if order["state"] in {"canceled", "complete", "closed", "holded", "payment_review"}:
        raise Refused("A hold action is not available.")
    order |= {"hold_before_state": order["state"], "hold_before_status": order["status"]}
    order["state"] = order["status"] = "holded"
    touch(order)
    return True


def unhold(shop: Shop, order: Json) -> bool:
    if order["state"] != "holded":
        raise Refused("You cannot remove the hold.")
    order |= {"state": order["hold_before_state"], "status": order["hold_before_status"]}
    touch(order)
    return True


def add_comment(shop: Shop, order: Json, history: Json) -> bool:
    status = history.get("status")
    if status and status not in STATUSES[order["state"]]:
        raise Refused(
            'Unable to add comment: The status "%1" is not part of the order status history.', [status]
        )
    if status and status != order["status"]:
        shop.record("status", f"{order['entity_id']} {len(order['status_histories'])} {status}")
    order["status"] = status or order["status"]
    order["status_histories"].append({**history, "entity_id": shop.new_id(), "created_at": now_after()})
    touch(order)
    return True


ACTS: dict[str, Callable[[Shop, Json], bool]] = {"cancel": cancel, "hold": hold, "unhold": unhold}
