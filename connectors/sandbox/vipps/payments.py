"""Payments over the API: create, read, capture, cancel, refund."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.core.wire import Response, json_response
from connectors.sandbox.vipps.checking import check_change, check_creation
from connectors.sandbox.vipps.errors import refused
from connectors.sandbox.vipps.unit import Call, Payment

routes = Router()

#: Amounts that Vipps' test environment does not let through.
_UNPAYABLE = {151: "there is not enough money", 186: "the card has expired"}


@routes.route("POST", "/epayment/v1/payments")
def create(call: Call) -> Response:
    body = call.body
    check_creation(body)
    reference = body["reference"]
    if reference in call.unit.payments:
        raise refused("4150", f"The reference {reference} exists already")
    payment = Payment(
        reference=reference,
        amount=body["amount"]["value"],
        currency=body["amount"]["currency"],
        flow=body["userFlow"],
        return_url=body.get("returnUrl", ""),
    )
    call.unit.payments[reference] = payment
    call.emit(payment, "CREATED", payment.amount)
    page = {} if payment.flow == "PUSH_MESSAGE" else {"redirectUrl": landing_page(call, payment)}
    return json_response({**page, "reference": reference}, 201)


@routes.route("GET", "/epayment/v1/payments/{reference}")
def read(call: Call, reference: str) -> Response:
    return json_response(document(call, call.unit.payment(reference)))


@routes.route("GET", "/epayment/v1/payments/{reference}/events")
def events(call: Call, reference: str) -> Response:
    return json_response(call.unit.payment(reference).events)


@routes.route("POST", "/epayment/v1/payments/{reference}/capture")
def capture(call: Call, reference: str) -> Response:
    payment = call.unit.payment(reference)
    check_change(call.body, payment.currency)
    take(call, payment, call.body["modificationAmount"]["value"])
    return json_response(payment.changed())


@routes.route("POST", "/epayment/v1/payments/{reference}/refund")
def refund(call: Call, reference: str) -> Response:
    payment = call.unit.payment(reference)
    check_change(call.body, payment.currency)
    give_back(call, payment, call.body["modificationAmount"]["value"])
    return json_response(payment.changed())


@routes.route("POST", "/epayment/v1/payments/{reference}/cancel")
def cancel(call: Call, reference: str) -> Response:
    payment = call.unit.payment(reference)
    if payment.state == "CREATED":
        payment.state = "TERMINATED"
        call.emit(payment, "TERMINATED", payment.amount)
    else:
        release(call, payment)
    return json_response(payment.changed())


@routes.route("POST", "/epayment/v1/test/payments/{reference}/approve")
def force_approval(call: Call, reference: str) -> Response:
    payment = call.unit.payment(reference)
    if payment.state != "CREATED":
        raise refused("10010", f"The payment is {payment.state}")
    approve(call, payment)
    return Response(200)


def approve(call: Call, payment: Payment) -> None:
    """Where the card is not accepted the payment goes on waiting."""
    if payment.amount in _UNPAYABLE:
        call.emit(payment, "AUTHORIZED", payment.amount, success=False)
        raise refused("10010", f"Not approved: {_UNPAYABLE[payment.amount]}")
    payment.state, payment.authorized = "AUTHORIZED", payment.amount
    call.record("authorize", payment, payment.amount)
    call.emit(payment, "AUTHORIZED", payment.amount)


def take(call: Call, payment: Payment, amount: int) -> None:
    if payment.state != "AUTHORIZED":
        raise refused("6080", "The amount is not reserved; the user has to accept the payment first")
    if not payment.left:
        raise refused("6170" if payment.captured else "6070", "Nothing is left to capture")
    if amount > payment.left:
        raise refused("6090", f"Only {payment.left} is left to capture")
    payment.captured += amount
    call.record("capture", payment, amount, call.key or f"to {payment.captured}")
    call.emit(payment, "CAPTURED", amount)


def give_back(call: Call, payment: Payment, amount: int) -> None:
    left = payment.captured - payment.refunded
    if not payment.captured:
        raise refused("6020", "Cannot refund a payment that is not captured")
    if not left:
        raise refused("6180", "Everything that was captured has been refunded")
    if amount > left:
        raise refused("6150", f"Only {left} is left to refund")
    payment.refunded += amount
    call.record("refund", payment, amount, call.key or f"to {payment.refunded}")
    call.emit(payment, "REFUNDED", amount)


def release(call: Call, payment: Payment) -> None:
    """All that is reserved and not captured."""
    left = payment.left
    if not left:
        raise refused("6040" if payment.captured else "6190", "Nothing is left to cancel")
    payment.cancelled += left
    call.record("cancel", payment, left)
    call.emit(payment, "CANCELLED", left)


def document(call: Call, payment: Payment) -> dict[str, Any]:
    page = {} if payment.flow == "PUSH_MESSAGE" else {"redirectUrl": landing_page(call, payment)}
    return {**payment.changed(), "paymentMethod": {"type": "WALLET"}, "profile": {}, **page}


def landing_page(call: Call, payment: Payment) -> str:
    return f"{call.desk.url}/_/vipps/pay/{payment.reference}"
