"""Fulfilments: pieces that have left a location, with their tracking."""

from __future__ import annotations

from connectors.sandbox.shopify import nodes
from connectors.sandbox.shopify.call import Call, gid, number_of
from connectors.sandbox.shopify.shop import Fulfilment, FulfilmentOrder, Json, Order, Shop, now_after


class _Refused(Exception):
    pass


def create_fulfilment(call: Call) -> Json:
    asked = call.variables["fulfillment"]
    try:
        order, location, pieces = _chosen(call.shop, asked["lineItemsByFulfillmentOrder"])
    except _Refused as refusal:
        error = {"field": ["fulfillment"], "message": str(refusal)}
        return {"fulfillmentCreate": {"fulfillment": None, "userErrors": [error]}}
    made = _make(call, order, location, pieces, asked.get("trackingInfo") or {})
    told = {"id": gid("Fulfillment", made.id), "status": made.status}
    return {"fulfillmentCreate": {"fulfillment": told, "userErrors": []}}


def _chosen(shop: Shop, asked: list[Json]) -> tuple[Order, int, dict[int, int]]:
    """The order, the location, and the pieces by line."""
    parts = [(*_found(shop, item["fulfillmentOrderId"]), item) for item in asked]
    if len({(order.body["id"], part.location) for order, part, _ in parts}) != 1:
        raise _Refused("All fulfillment orders must have the same order and location.")
    pieces: dict[int, int] = {}
    for order, part, item in parts:
        if nodes.status_of(order, part) not in {"OPEN", "IN_PROGRESS"}:
            raise _Refused("Fulfillment order has an unfulfillable status.")
        for line in part.lines:
            wanted, left = _wanted(item, part, line), order.left(part, line)
            pieces[line] = pieces.get(line, 0) + (left if wanted is None else wanted)
            if wanted is not None and wanted > left:
                raise _Refused("Invalid fulfillment order line item quantity requested.")
    pieces = {line: count for line, count in pieces.items() if count}
    if not pieces:
        raise _Refused("Fulfillment order line items are missing.")
    return parts[0][0], parts[0][1].location, pieces


def _found(shop: Shop, id_: str) -> tuple[Order, FulfilmentOrder]:
    for order in shop.orders.values():
        for part in order.fulfilment_orders:
            if str(part.id) == number_of(id_):
                return order, part
    raise _Refused("Fulfillment order does not exist.")


def _wanted(item: Json, part: FulfilmentOrder, line: int) -> int | None:
    """Pieces of a line; None, for all that are left, without a list of lines."""
    asked = item.get("fulfillmentOrderLineItems")
    if not asked:
        return None
    here = nodes.part_line(part, line)
    return sum(int(one["quantity"]) for one in asked if number_of(one["id"]) == here)


def _make(call: Call, order: Order, location: int, pieces: dict[int, int], tracking: Json) -> Fulfilment:
    shop, body = call.shop, order.body
    told = {name: tracking.get(name) or "" for name in ("company", "number", "url")}
    made = Fulfilment(shop.new_id(), location, pieces, **told)
    order.fulfilments.append(made)
    is_open = any(order.left(part, line) for part in order.fulfilment_orders for line in part.lines)
    body["fulfillment_status"] = "partial" if is_open else "fulfilled"
    body["updated_at"] = now_after(body["updated_at"])
    # The same parcel at the same location is one too many; without a number nobody can tell.
    shop.record(
        "fulfil",
        f"{body['id']} {made.number or made.id} {location}",
        reference=body["name"].lstrip("#"),
        object=str(made.id),
    )
    call.emit(shop, "orders/updated", order)
    if not is_open:
        call.emit(shop, "orders/fulfilled", order)
    return made
