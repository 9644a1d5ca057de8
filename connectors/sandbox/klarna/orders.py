"""Order Management: orders with their captures and refunds."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response
from connectors.sandbox.klarna.checking import amount_of
from connectors.sandbox.klarna.errors import KlarnaError, not_found
from connectors.sandbox.klarna.merchant import Call, Json, new_id, stamp

routes = Router()
ORDER = "/ordermanagement/v1/orders/{order}"

_KEPT = (
    "order_lines",
    "purchase_country",
    "purchase_currency",
    "locale",
    "billing_address",
    "merchant_reference1",
    "merchant_reference2",
)


def place(call: Call, asked: Json, check: str) -> Json:
    """An order for what a session or a shop asks, as the fraud check lets it through."""
    order_id, amount = new_id(), asked["order_amount"]
    order: Json = {
        "order_id": order_id,
        "status": "AUTHORIZED",
        "fraud_status": check,
        "order_amount": amount,
        "original_order_amount": amount,
        "captured_amount": 0,
        "refunded_amount": 0,
        "remaining_authorized_amount": amount,
        **{name: asked[name] for name in _KEPT if name in asked},
        "klarna_reference": order_id[:8].upper(),
        "created_at": stamp(),
        "expires_at": stamp(days=28),
        "captures": [],
        "refunds": [],
        "notification_url": asked.get("merchant_urls", {}).get("notification", ""),
    }
    call.merchant.orders[order_id] = order
    if check == "REJECTED":
        order |= {"status": "CANCELLED", "remaining_authorized_amount": 0}
    else:
        call.record("authorize", order, amount)
    return order


@routes.route("GET", ORDER)
def read(call: Call, order: str) -> Json:
    found = call.merchant.order(order)
    return {name: value for name, value in found.items() if name != "notification_url"}


@routes.route("POST", f"{ORDER}/captures")
def capture(call: Call, order: str) -> Response:
    found, amount = call.merchant.order(order), amount_of(call.body, "captured_amount")
    if found["fraud_status"] != "ACCEPTED" or found["status"] not in {"AUTHORIZED", "PART_CAPTURED"}:
        raise _refused("CAPTURE", f"The order is {found['status']}, its fraud check {found['fraud_status']}")
    if amount > found["remaining_authorized_amount"]:
        raise _refused("CAPTURE", f"Only {found['remaining_authorized_amount']} is left to capture")
    found["captured_amount"] += amount
    found["remaining_authorized_amount"] -= amount
    found["status"] = "PART_CAPTURED" if found["remaining_authorized_amount"] else "CAPTURED"
    made = _made("capture_id", "captured", amount, call.body) | {"refunded_amount": 0}
    found["captures"].append(made)
    call.record("capture", found, amount, call.key or f"to {found['captured_amount']}")
    return _created(call, found, "captures", "Capture-Id", made["capture_id"])


@routes.route("GET", f"{ORDER}/captures")
def captures(call: Call, order: str) -> Any:
    return call.merchant.order(order)["captures"]


@routes.route("GET", f"{ORDER}/captures/{{item}}")
def read_capture(call: Call, order: str, item: str) -> Json:
    return _one(call.merchant.order(order)["captures"], "capture_id", item, "NO_SUCH_CAPTURE")


@routes.route("POST", f"{ORDER}/refunds")
def refund(call: Call, order: str) -> Response:
    found, amount = call.merchant.order(order), amount_of(call.body, "refunded_amount")
    left = found["captured_amount"] - found["refunded_amount"]
    if amount > left:
        raise _refused("REFUND", f"Only {left} is left to refund")
    found["refunded_amount"] += amount
    made = _made("refund_id", "refunded", amount, call.body)
    found["refunds"].append(made)
    call.record("refund", found, amount, call.key or f"to {found['refunded_amount']}")
    return _created(call, found, "refunds", "Refund-Id", made["refund_id"])


@routes.route("GET", f"{ORDER}/refunds/{{item}}")
def read_refund(call: Call, order: str, item: str) -> Json:
    return _one(call.merchant.order(order)["refunds"], "refund_id", item, "NOT_FOUND")


@routes.route("POST", f"{ORDER}/cancel")
def cancel(call: Call, order: str) -> Response:
    found = call.merchant.order(order)
    if found["status"] != "AUTHORIZED":
        raise _refused("CANCEL", f"The order is {found['status']}")
    release(call, found, "CANCELLED")
    return Response(204)


@routes.route("POST", f"{ORDER}/release-remaining-authorization")
def release_rest(call: Call, order: str) -> Response:
    found = call.merchant.order(order)
    if found["status"] != "PART_CAPTURED":
        raise KlarnaError(403, "NOT_ALLOWED", f"The order is {found['status']}: nothing to release")
    release(call, found, "CAPTURED")
    return Response(204)


def release(call: Call, order: Json, status: str) -> None:
    left = order["remaining_authorized_amount"]
    order |= {"status": status, "remaining_authorized_amount": 0}
    call.record("cancel", order, left)


def _refused(what: str, text: str) -> KlarnaError:
    return KlarnaError(403, f"{what}_NOT_ALLOWED", text)


def _made(name: str, verb: str, amount: int, body: Json) -> Json:
    told: Json = {key: body[key] for key in ("description", "reference", "order_lines") if key in body}
    return {name: new_id(), f"{verb}_amount": amount, f"{verb}_at": stamp(), **told}


def _created(call: Call, order: Json, kind: str, header: str, item: str) -> Response:
    place = f"{call.desk.url}/klarna/ordermanagement/v1/orders/{order['order_id']}/{kind}/{item}"
    return Response(201, headers={header: item, "Location": place})


def _one(items: list[Json], name: str, wanted: str, code: str) -> Json:
    for item in items:
        if item[name] == wanted:
            return item
    raise not_found("It", code)
