"""Where money is taken, released and given back: captures, voids, refunds. Each such act is an entry in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.paypal.checking import Json, amount_of, written
from connectors.sandbox.paypal.desk import Call, Desk, now, payments_of
from connectors.sandbox.paypal.errors import PaypalError, invalid, refused

routes = Router()

_PAYMENTS = "/v2/payments"
_CAPTURE = {"amount", "invoice_id", "final_capture", "note_to_payer", "soft_descriptor"}
_REFUND = {"amount", "invoice_id", "custom_id", "note_to_payer"}
_LOST = {"DECLINED", "FAILED", "CANCELLED"}


@routes.route("GET", f"{_PAYMENTS}/{{kind}}/{{item}}")
def read(call: Call, kind: str, item: str) -> Json:
    return call.desk.item_of(kind, item, call.account)[1]


@routes.route("POST", f"{_PAYMENTS}/authorizations/{{item}}/capture")
def capture(call: Call, item: str) -> Json:
    order, authorization = call.desk.item_of("authorizations", item, call.account)
    data = _body(call.data, _CAPTURE)
    status = authorization["status"]
    if status in {"VOIDED", "DENIED"}:
        raise refused(f"AUTHORIZATION_{status}")
    held, taken = Decimal(authorization["amount"]["value"]), _sum(order, "captures")
    if status == "CAPTURED" or held <= taken:
        raise refused("AUTHORIZATION_ALREADY_CAPTURED")
    currency = authorization["amount"]["currency_code"]
    wanted = data.setdefault("amount", written(held - taken, currency))
    amount = amount_of(wanted, "/amount")
    if wanted["currency_code"] != currency:
        raise refused("AUTH_CAPTURE_CURRENCY_MISMATCH", field="/amount/currency_code")
    if held < taken + amount:
        raise refused("MAX_CAPTURE_AMOUNT_EXCEEDED", field="/amount/value")
    made = take(call, order, data, authorization)
    _restate(order)
    return made


def take(call: Call, order: Json, data: Json, authorization: Json | None = None) -> Json:
    """Make a capture; of a slow payer it is pending first."""
    desk, item_id = call.desk, call.desk.new_id()
    path = f"{_PAYMENTS}/captures/{item_id}"
    up = f"{_PAYMENTS}/authorizations/{authorization['id']}" if authorization else ""
    waits = desk.instruments.get(order["id"]) == "slow"
    made: Json = {
        "id": item_id,
        "status": "PENDING" if waits else "COMPLETED",
        "amount": {name: data["amount"][name] for name in ("currency_code", "value")},
        "final_capture": bool(data.get("final_capture")),
        "create_time": now(),
        "update_time": now(),
        "supplementary_data": {"related_ids": _related(order, authorization)},
        "links": [desk.link("self", path), desk.link("refund", f"{path}/refund", "POST")],
    }
    made |= {"status_details": {"reason": "PENDING_REVIEW"}} if waits else {}
    made["links"] += [desk.link("up", up)] if up else []
    made |= {"invoice_id": data["invoice_id"]} if data.get("invoice_id") else {}
    unit = order["purchase_units"][0]
    made |= {"custom_id": unit["custom_id"]} if unit.get("custom_id") else {}
    desk.add("captures", order, made)
    made["_key"] = call.key
    if not waits:
        _record_capture(desk, order, made)
    desk.emit(f"PAYMENT.CAPTURE.{'PENDING' if waits else 'COMPLETED'}", "capture", order, made)
    return made


@routes.route("POST", f"{_PAYMENTS}/authorizations/{{item}}/void")
def void(call: Call, item: str) -> Json:
    order, authorization = call.desk.item_of("authorizations", item, call.account)
    if authorization["status"] == "VOIDED":
        raise refused("PREVIOUSLY_VOIDED")
    if authorization["status"] == "CAPTURED":
        raise refused("PREVIOUSLY_CAPTURED")
    if authorization["status"] == "DENIED":
        raise refused("CANNOT_BE_VOIDED")
    release(call.desk, order, authorization)
    return authorization


def release(desk: Desk, order: Json, authorization: Json) -> None:
    rest = Decimal(authorization["amount"]["value"]) - _sum(order, "captures")
    authorization |= {"status": "VOIDED", "update_time": now()}
    desk.record("cancel", order, written(rest, authorization["amount"]["currency_code"]), "")
    desk.emit("PAYMENT.AUTHORIZATION.VOIDED", "authorization", order, authorization)


@routes.route("POST", f"{_PAYMENTS}/captures/{{item}}/refund")
def refund(call: Call, item: str) -> Json:
    order, captured = call.desk.item_of("captures", item, call.account)
    data = _body(call.data, _REFUND)
    if captured["status"] == "PENDING":
        raise refused("PENDING_CAPTURE")
    if captured["status"] in _LOST:
        raise refused("REFUND_NOT_ALLOWED")
    currency = captured["amount"]["currency_code"]
    left = Decimal(captured["amount"]["value"]) - _refunded(order, item)
    if left <= 0:
        raise refused("CAPTURE_FULLY_REFUNDED")
    wanted = data.setdefault("amount", written(left, currency))
    amount = amount_of(wanted, "/amount")
    if wanted["currency_code"] != currency:
        raise refused("REFUND_CAPTURE_CURRENCY_MISMATCH", field="/amount/currency_code")
    if left < amount:
        raise refused("REFUND_AMOUNT_EXCEEDED", field="/amount/value")
    return _give_back(call, order, captured, data)


def _give_back(call: Call, order: Json, captured: Json, data: Json) -> Json:
    desk, item_id = call.desk, call.desk.new_id()
    slow = desk.instruments.get(order["id"]) == "slow"
    made: Json = {
        "id": item_id,
        "status": "PENDING" if slow else "COMPLETED",
        "amount": {name: data["amount"][name] for name in ("currency_code", "value")},
        "create_time": now(),
        "update_time": now(),
        "links": [
            desk.link("self", f"{_PAYMENTS}/refunds/{item_id}"),
            desk.link("up", f"{_PAYMENTS}/captures/{captured['id']}"),
        ],
    }
    marks = {"custom_id": data.get("custom_id") or captured.get("custom_id")}
    marks["invoice_id"] = data.get("invoice_id") or captured.get("invoice_id")
    made |= {name: value for name, value in marks.items() if value}
    desk.add("refunds", order, made)
    _restate(order)
    act = f"{data.get('custom_id') or call.key or item_id} {captured['id']}"
    desk.record("refund", order, made["amount"], act, call.key)
    desk.emit("PAYMENT.REFUND.PENDING" if slow else "PAYMENT.CAPTURE.REFUNDED", "refund", order, made)
    return made


def end(desk: Desk, kind: str, order: Json, item: Json, *, well: bool) -> None:
    """What becomes of something that was pending. A refund that fails puts the money back with the merchant."""
    words = {"authorizations": ("CREATED", "DENIED"), "captures": ("COMPLETED", "DECLINED")}
    good, bad = words.get(kind, ("COMPLETED", "FAILED"))
    item |= {"status": good if well else bad, "update_time": now()}
    item.pop("status_details", None)
    _restate(order)
    if kind == "refunds" and not well:
        desk.record("refund_returned", order, item["amount"], item["id"])
    if kind == "captures" and well:
        _record_capture(desk, order, item)
    names = {
        "authorizations": "PAYMENT.AUTHORIZATION.CREATED",
        "captures": f"PAYMENT.CAPTURE.{'COMPLETED' if well else 'DENIED'}",
        "refunds": "PAYMENT.CAPTURE.REFUNDED" if well else "PAYMENT.REFUND.FAILED",
    }
    desk.emit(names[kind], kind.removesuffix("s"), order, item)


def _record_capture(desk: Desk, order: Json, made: Json) -> None:
    act = made.get("invoice_id") or made["_key"] or made["id"]
    desk.record("capture", order, made["amount"], act, made["_key"])


def _restate(order: Json) -> None:
    """What captures and refunds make of the authorisation and of each capture."""
    captures = payments_of(order).get("captures", [])
    for item in captures:
        back = _refunded(order, item["id"])
        if item["status"] in {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}:
            some = "REFUNDED" if back == Decimal(item["amount"]["value"]) else "PARTIALLY_REFUNDED"
            item |= {"status": some if back else "COMPLETED", "update_time": now()}
    for held in payments_of(order).get("authorizations", []):
        taken = _sum(order, "captures")
        if held["status"] in {"CREATED", "PARTIALLY_CAPTURED", "CAPTURED"}:
            last = any(item["final_capture"] for item in captures if item["status"] not in _LOST)
            whole = last or taken == Decimal(held["amount"]["value"])
            held |= {"status": ("CAPTURED" if whole else "PARTIALLY_CAPTURED") if taken else "CREATED"}
            held["update_time"] = now()


def _body(data: Any, names: set[str]) -> Json:
    if data is not None and not isinstance(data, dict):
        raise PaypalError(400, "MALFORMED_REQUEST_JSON")
    for name in sorted(set(data or {}) - names):
        raise invalid("INVALID_PARAMETER_SYNTAX", f"/{name}")
    return dict(data or {})


def _related(order: Json, authorization: Mapping[str, Any] | None) -> dict[str, str]:
    related = {"order_id": order["id"]}
    return related | ({"authorization_id": authorization["id"]} if authorization else {})


def _sum(order: Json, kind: str) -> Decimal:
    items = payments_of(order).get(kind, [])
    return sum((Decimal(i["amount"]["value"]) for i in items if i["status"] not in _LOST), Decimal(0))


def _refunded(order: Json, capture_id: str) -> Decimal:
    items = payments_of(order).get("refunds", [])
    mine = [i for i in items if i["links"][1]["href"].endswith(f"/{capture_id}") and i["status"] not in _LOST]
    return sum((Decimal(i["amount"]["value"]) for i in mine), Decimal(0))
