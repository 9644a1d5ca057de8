"""Orders: create, read, change, authorise, capture at once."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.paypal import payments
from connectors.sandbox.paypal.checking import Json, check_order
from connectors.sandbox.paypal.desk import HELD_FOR, Call, Desk, later, now
from connectors.sandbox.paypal.errors import invalid, refused

routes = Router()

_ORDERS = "/v2/checkout/orders"
_DECLINES = {"declined": "TRANSACTION_REFUSED", "poor": "PAYER_CANNOT_PAY"}
_PATCHED = ("custom_id", "invoice_id", "description")


@routes.route("POST", _ORDERS)
def create(call: Call) -> Json:
    check_order(call.data)
    return new_order(call.desk, call.account, call.data)


def new_order(desk: Desk, account: str, data: Json) -> Json:
    """Waits for the shopper."""
    order_id = desk.new_id()
    wallet = (data.get("payment_source") or {}).get("paypal")
    order: Json = {
        "id": order_id,
        "intent": data["intent"],
        "status": "CREATED" if wallet is None else "PAYER_ACTION_REQUIRED",
        "purchase_units": [{"reference_id": "default", **unit} for unit in data["purchase_units"]],
        "create_time": now(),
        "_context": (wallet or {}).get("experience_context") or {},
    }
    order["links"] = [desk.link("self", f"{_ORDERS}/{order_id}"), _to_shopper(desk, order)]
    desk.orders[order_id], desk.owners[order_id] = order, account
    return order


def _to_shopper(desk: Desk, order: Json) -> dict[str, str]:
    rel = "approve" if order["status"] == "CREATED" else "payer-action"
    return desk.link(rel, f"{desk.url}/_/paypal/pay/{order['id']}")


@routes.route("GET", f"{_ORDERS}/{{order}}")
def read(call: Call, order: str) -> Json:
    return call.desk.order_of(order, call.account)


@routes.route("PATCH", f"{_ORDERS}/{{order}}")
def change(call: Call, order: str) -> None:
    found = read(call, order)
    if found["status"] == "COMPLETED":
        raise refused("ORDER_ALREADY_COMPLETED")
    for step in call.data if isinstance(call.data, list) else []:
        _change(found["purchase_units"][0], step)


def _change(unit: Json, step: Json) -> None:
    place, _, name = str(step.get("path")).rpartition("/")
    if place != f"/purchase_units/@reference_id=='{unit['reference_id']}'" or name not in _PATCHED:
        raise refused("NOT_PATCHABLE", field="/path")
    if step.get("op") not in {"add", "replace"} or (step["op"] == "replace" and name not in unit):
        raise invalid("INVALID_PATCH_OPERATION", "/op")
    unit[name] = step["value"]


@routes.route("POST", f"{_ORDERS}/{{order}}/authorize")
def authorize(call: Call, order: str) -> Json:
    found = _approved(call, order, "AUTHORIZE", "ORDER_ALREADY_AUTHORIZED")
    unit, desk = found["purchase_units"][0], call.desk
    authorization = desk.add("authorizations", found, _new_authorization(desk, found, unit))
    found["status"] = "COMPLETED"
    desk.record("authorize", found, unit["amount"], "", call.key)
    desk.emit("PAYMENT.AUTHORIZATION.CREATED", "authorization", found, authorization)
    return found


@routes.route("POST", f"{_ORDERS}/{{order}}/capture")
def capture(call: Call, order: str) -> Json:
    """For orders of intent CAPTURE, such as a shop's own page may make."""
    found = _approved(call, order, "CAPTURE", "ORDER_ALREADY_CAPTURED")
    unit = found["purchase_units"][0]
    found["status"] = "COMPLETED"
    call.desk.record("authorize", found, unit["amount"], "", call.key)
    payments.take(
        call, found, {"amount": unit["amount"], "invoice_id": unit.get("invoice_id"), "final_capture": True}
    )
    return found


def _approved(call: Call, order: str, intent: str, already: str) -> Json:
    found = read(call, order)
    if found["intent"] != intent:
        raise refused("ACTION_DOES_NOT_MATCH_INTENT")
    if found["status"] == "COMPLETED":
        raise refused(already)
    if found["status"] != "APPROVED":
        raise refused("ORDER_NOT_APPROVED")
    _try_to_pay(call, found)
    return found


def _try_to_pay(call: Call, order: Json) -> None:
    instrument = call.desk.instruments.get(order["id"], "")
    if instrument == "confirm":
        order["status"] = "PAYER_ACTION_REQUIRED"
        order["links"] = [order["links"][0], _to_shopper(call.desk, order)]
        raise refused("PAYER_ACTION_REQUIRED")
    if instrument in _DECLINES:
        raise refused(_DECLINES[instrument], "The payment was refused.")
    invoice = order["purchase_units"][0].get("invoice_id")
    if invoice:
        _use_invoice(call, invoice)


def _use_invoice(call: Call, invoice: str) -> None:
    if (call.account, invoice) in call.desk.invoices:
        raise refused("DUPLICATE_INVOICE_ID", field="/purchase_units/0/invoice_id")
    call.desk.invoices.add((call.account, invoice))


def _new_authorization(desk: Desk, order: Json, unit: Json) -> Json:
    item_id = desk.new_id()
    path = f"/v2/payments/authorizations/{item_id}"
    waits = desk.instruments.get(order["id"]) == "review"
    amount = {name: unit["amount"][name] for name in ("currency_code", "value")}
    made: dict[str, Any] = {
        "id": item_id,
        "status": "PENDING" if waits else "CREATED",
        "amount": amount,
        "expiration_time": later(HELD_FOR),
        "create_time": now(),
        "update_time": now(),
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        "supplementary_data": {"related_ids": {"order_id": order["id"]}},
        "links": [
            desk.link("self", path),
            desk.link("capture", f"{path}/capture", "POST"),
            desk.link("void", f"{path}/void", "POST"),
            desk.link("up", f"{_ORDERS}/{order['id']}"),
        ],
    }
    made |= {"status_details": {"reason": "PENDING_REVIEW"}} if waits else {}
    return made | {name: unit[name] for name in ("custom_id", "invoice_id") if unit.get(name)}
