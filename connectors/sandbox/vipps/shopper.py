"""What shoppers, time and staff in Vipps' portal do to payments: the control API under /_/vipps/."""

from __future__ import annotations

import html
from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response, json_response
from connectors.sandbox.vipps import payments
from connectors.sandbox.vipps.errors import refused
from connectors.sandbox.vipps.unit import Call

routes = Router()

_PAGE = """<!DOCTYPE html><html><head><title>Sandbox</title></head><body><h1>Vipps MobilePay</h1><p>{text}</p>
<form method="post"><button name="outcome" value="approve">Approve</button>
<button name="outcome" value="abort">Give up</button></form></body></html>"""


@routes.route("GET", "/pay/{reference}")
def page(call: Call, reference: str) -> Response:
    payment = call.unit.payment(reference)
    text = html.escape(f"{payment.amount} {payment.currency} (minor units), {payment.state}")
    return Response(200, _PAGE.format(text=text).encode(), "text/html; charset=utf-8")


@routes.route("POST", "/pay/{reference}")
def pay(call: Call, reference: str) -> Response:
    """Answer in the app: {"outcome": "approve"} (the default) or {"outcome": "abort"}."""
    payment = call.unit.payment(reference)
    if payment.state != "CREATED":
        raise refused("10010", f"The payment does not wait for the shopper; it is {payment.state}")
    if call.body.get("outcome", "approve") == "approve":
        payments.approve(call, payment)
    else:
        payment.state = "ABORTED"
        call.emit(payment, "ABORTED", payment.amount)
    if payment.return_url:
        return json_response(payments.document(call, payment), 303, Location=payment.return_url)
    return json_response(payments.document(call, payment))


@routes.route("POST", "/expire/{reference}")
def expire(call: Call, reference: str) -> Any:
    """The shopper did nothing for ten minutes."""
    payment = call.unit.payment(reference)
    if payment.state != "CREATED":
        raise refused("6190", f"The payment is {payment.state}")
    payment.state = "EXPIRED"
    call.emit(payment, "EXPIRED", payment.amount)
    return payments.document(call, payment)


@routes.route("POST", "/portal/{reference}")
def portal(call: Call, reference: str) -> Any:
    """By hand in the portal: {"operation": "capture", "amount": 5000}; also "refund", and "cancel" without amount."""
    payment, operation = call.unit.payment(reference), call.body["operation"]
    if operation == "cancel":
        payments.release(call, payment)
    else:
        {"capture": payments.take, "refund": payments.give_back}[operation](
            call, payment, int(call.body["amount"])
        )
    return payments.document(call, payment)


@routes.route("POST", "/fail/{reference}")
def fail(call: Call, reference: str) -> Any:
    """Tell of an act that failed and moved nothing: {"name": "CAPTURED", "amount": 5000}."""
    payment = call.unit.payment(reference)
    call.emit(payment, call.body["name"], int(call.body["amount"]), success=False)
    return payments.document(call, payment)


@routes.route("POST", "/deliver/{reference}")
def deliver(call: Call, reference: str) -> Any:
    """Send all events of a payment once more."""
    told = call.unit.payment(reference).events
    for event in told:
        call.tell(event)
    return {"events": told}
