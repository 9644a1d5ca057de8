"""Captures, cancellations and refunds: taken on at once, and what became of them told by webhook only."""

from __future__ import annotations

from connectors.sandbox.adyen.desk import Desk, Json, amount_of, left, text_of
from connectors.sandbox.adyen.errors import invalid
from connectors.sandbox.core.router import Router

routes = Router()


@routes.route("POST", "/v72/payments/{psp}/captures")
def capture(desk: Desk, body: Json, key: str, psp: str) -> tuple[int, Json]:
    payment, value = desk.payment(psp), amount_of(body)["value"]
    change = _new(desk, "CAPTURE", payment, value)
    if _refused(desk, "captures") or not 0 < value <= left(payment):
        _tell(desk, change, "The balance does not cover it")
    else:
        payment["captured"] += value
        desk.record("capture", payment, value, key=key, act=key or change["pspReference"])
        if not desk.multiple_captures:
            payment["released"] += left(payment)
        _tell(desk, change)
    return 201, _taken_on(change, body)


@routes.route("POST", "/v72/payments/{psp}/cancels")
def cancel(desk: Desk, body: Json, key: str, psp: str) -> tuple[int, Json]:
    payment = desk.payment(psp)
    change = _new(desk, "CANCELLATION", payment, payment["amount"]["value"])
    _release(desk, change, key)
    answer = _taken_on(change, body)
    del answer["amount"]
    return 201, answer


@routes.route("POST", "/v72/cancels")
def cancel_by_reference(desk: Desk, body: Json, key: str) -> tuple[int, Json]:
    """For payments whose pspReference the merchant does not know."""
    account, reference = text_of(body, "merchantAccount", "901"), text_of(body, "paymentReference", "130")
    mine = [item for item in desk.payments.values() if item["reference"] == reference and item["authorised"]]
    mine = [item for item in mine if item["merchantAccount"] == account]
    if not mine:
        raise invalid("137_1", "No payment has this reference")
    change = _new(desk, "TECHNICAL_CANCEL", mine[-1], mine[-1]["amount"]["value"])
    _release(desk, change, key)
    answer = {"merchantAccount": account, "paymentReference": reference, "status": "received"}
    return 201, {**answer, "pspReference": change["pspReference"]}


@routes.route("POST", "/v72/payments/{psp}/refunds")
def refund(desk: Desk, body: Json, key: str, psp: str) -> tuple[int, Json]:
    payment, value = desk.payment(psp), amount_of(body)["value"]
    change = _new(desk, "REFUND", payment, value)
    if _refused(desk, "refunds") or value > payment["captured"] - payment["refunded"]:
        _tell(desk, change, "The balance does not cover it")
    else:
        payment["refunded"] += value
        desk.record("refund", payment, value, key=key, act=key or change["pspReference"])
        _tell(desk, change)
    return 201, _taken_on(change, body)


def fail(desk: Desk, psp: str) -> Json:
    """The scheme rejects a capture or refund days after it had succeeded."""
    change = _done(desk, psp, "CAPTURE", "REFUND")
    payment, value = desk.payments[change["payment"]], change["value"]
    name, word = ("captured", "capture") if change["code"] == "CAPTURE" else ("refunded", "refund")
    payment[name] -= value
    change["success"] = False
    desk.record(f"{word}_returned", payment, value, act=psp)
    desk.tell(f"{change['code']}_FAILED", payment, psp, value, reason="Rejected by the scheme")
    return change


def repair(desk: Desk, psp: str) -> Json:
    """Adyen captures again what the scheme had rejected."""
    change = desk.changes[psp]
    if change["code"] != "CAPTURE" or change["success"]:
        raise invalid("167", "Only a capture that failed is repaired")
    payment = desk.payments[change["payment"]]
    payment["captured"] += change["value"]
    change["success"] = True
    desk.record("capture", payment, change["value"], act=f"{psp} repaired")
    desk.tell("CAPTURE", payment, psp, change["value"], reason="Transaction Recaptured")
    return change


def lapse(desk: Desk, psp: str) -> Json:
    """The days of a reservation are over."""
    payment = desk.payment(psp)
    desk.record("cancel", payment, left(payment))
    payment["released"] += left(payment)
    desk.tell("EXPIRE", payment, psp, payment["amount"]["value"], original=False)
    return payment


def _release(desk: Desk, change: Json, key: str) -> None:
    payment = desk.payments[change["payment"]]
    rest = left(payment)
    if _refused(desk, "cancels") or not rest:
        _tell(desk, change, "Nothing is left to cancel")
        return
    payment["released"] += rest
    desk.record("cancel", payment, rest, key=key)
    _tell(desk, change)


def _new(desk: Desk, code: str, payment: Json, value: int) -> Json:
    change = {
        "pspReference": desk.new_psp(),
        "code": code,
        "payment": payment["pspReference"],
        "value": value,
    }
    desk.changes[change["pspReference"]] = change
    return change


def _tell(desk: Desk, change: Json, problem: str = "") -> None:
    change["success"] = not problem
    payment = desk.payments[change["payment"]]
    told = {"success": not problem, "reason": problem}
    desk.tell(change["code"], payment, change["pspReference"], change["value"], **told)


def _taken_on(change: Json, body: Json) -> Json:
    return {
        **{name: body[name] for name in ("merchantAccount", "reference") if name in body},
        "amount": body.get("amount"),
        "paymentPspReference": change["payment"],
        "pspReference": change["pspReference"],
        "status": "received",
    }


def _done(desk: Desk, psp: str, *codes: str) -> Json:
    change = desk.changes.get(psp)
    if change is None or change["code"] not in codes or not change["success"]:
        raise invalid("167", f"Nothing of this kind has succeeded as {psp}")
    return change


def _refused(desk: Desk, what: str) -> bool:
    if what not in desk.refusing:
        return False
    desk.refusing.remove(what)
    return True
