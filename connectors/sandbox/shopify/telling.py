"""Tags, notes and metafields of orders, and calling an order off, which a job does a little later."""

from __future__ import annotations

from connectors.sandbox.shopify.call import Call, gid, number_of
from connectors.sandbox.shopify.shop import Json, Order, Shop, now_after

#: As many tags as an order may have.
_MOST_TAGS = 250


def read_order(call: Call) -> Json:
    order = call.order
    return {"order": order and _told(order)}


def add_tags(call: Call) -> Json:
    order, wanted = _order(call.shop, call.variables["id"]), call.variables["tags"]
    there = _tags(order)
    known = {tag.casefold() for tag in there}
    tags = there + [tag for tag in wanted if tag.casefold() not in known]
    if len(tags) > _MOST_TAGS:
        return {"tagsAdd": {"node": None, "userErrors": [_error("Too many tags", "tags")]}}
    return {"tagsAdd": _tagged(call, order, tags)}


def remove_tags(call: Call) -> Json:
    order = _order(call.shop, call.variables["id"])
    gone = {tag.casefold() for tag in call.variables["tags"]}
    return {"tagsRemove": _tagged(call, order, [tag for tag in _tags(order) if tag.casefold() not in gone])}


def set_note(call: Call) -> Json:
    asked = call.variables["input"]
    order = _order(call.shop, asked["id"])
    order.body["note"] = asked["note"]
    touch(call, order)
    return {"orderUpdate": {"order": {"id": asked["id"]}, "userErrors": []}}


def set_metafield(call: Call) -> Json:
    made = []
    for asked in call.variables["metafields"]:
        order = _order(call.shop, asked["ownerId"])
        order.metafields[f"{asked['namespace']}.{asked['key']}"] = asked["value"]
        made.append({"id": gid("Metafield", call.shop.new_id())})
    return {"metafieldsSet": {"metafields": made, "userErrors": []}}


def cancel_order(call: Call) -> Json:
    """Refused at once for what is sent or called off; the job itself may be slow."""
    shop, asked = call.shop, call.variables
    order = _order(shop, asked["orderId"])
    if order.body["cancelled_at"]:
        return _refused("Order has already been cancelled")
    if any(item.status == "SUCCESS" for item in order.fulfilments):
        return _refused("Cannot cancel an order with fulfilled items")
    job = shop.new_id()
    shop.jobs[job] = order.body["id"]
    shop.record("cancel", str(order.body["id"]), reference=order.body["name"].lstrip("#"), object=str(job))
    order.body["cancel_reason"] = asked["reason"].lower()
    if not shop.slow_jobs:
        finish(call, job)
    return {"orderCancel": {"job": _job(shop, job), "orderCancelUserErrors": []}}


def read_cancelling(call: Call) -> Json:
    return {"job": _job(call.shop, int(number_of(call.variables["job"]))), **read_order(call)}


def finish(call: Call, job: int) -> None:
    """The job is carried out."""
    order = call.shop.orders[call.shop.jobs.pop(job)]
    for line in order.body["line_items"]:
        line["current_quantity"] = 0
    order.body |= {"cancelled_at": now_after(order.body["updated_at"]), "current_total_price": "0.00"}
    if order.body["financial_status"] == "authorized":
        order.body["financial_status"] = "voided"
    touch(call, order)
    call.emit(call.shop, "orders/cancelled", order)


def touch(call: Call, order: Order) -> None:
    order.body["updated_at"] = now_after(order.body["updated_at"])
    call.emit(call.shop, "orders/updated", order)


def _told(order: Order) -> Json:
    body = order.body
    named = {"id": body["admin_graphql_api_id"], "name": body["name"], "note": body["note"]}
    return {**named, "tags": _tags(order), "cancelledAt": body["cancelled_at"]}


def _tags(order: Order) -> list[str]:
    return [tag.strip() for tag in order.body["tags"].split(",") if tag.strip()]


def _tagged(call: Call, order: Order, tags: list[str]) -> Json:
    order.body["tags"] = ", ".join(tags)
    touch(call, order)
    return {"node": {"id": order.body["admin_graphql_api_id"]}, "userErrors": []}


def _job(shop: Shop, number: int) -> Json:
    return {"id": gid("Job", number), "done": number not in shop.jobs}


def _order(shop: Shop, id_: str) -> Order:
    return shop.orders[int(number_of(id_))]


def _refused(message: str) -> Json:
    error = {"code": "INVALID", **_error(message, "orderId")}
    return {"orderCancel": {"job": None, "orderCancelUserErrors": [error]}}


def _error(message: str, field: str) -> Json:
    return {"field": [field], "message": message}
