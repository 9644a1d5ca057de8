"""Payments through the engine and over real sockets: our ledger agrees with what the provider executed."""

import pytest

from payments.models import Payment
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.orders import create_order

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = pytest.mark.django_db

CHART = {
    "New": ["AuthorizePayment!"],
    "Ship": ["CapturePayments!"],
    "Returned": ["RefundPayments!"],
    "OrderCanceled": ["CancelPayments!"],
}


def amounts(payment: Payment) -> tuple[int, int, int, int]:
    payment.refresh_from_db()
    return (
        payment.authorized_minor,
        payment.captured_minor,
        payment.refunded_minor,
        payment.cancelled_minor,
    )


def executed(shop: Shop) -> list[tuple[str, int]]:
    return [(entry["operation"], entry["amount_minor"]) for entry in shop.vendors.ledger(vendor="stripe")]


def move(shop: Shop, order, status: str) -> dict[str, str]:
    run = shop.move(order, status)
    shop.pump()
    return shop.steps(run)


def test_authorised_captured_and_refunded(shop):
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    payment = order.payments.get()
    assert amounts(payment) == (10000, 0, 0, 0)
    assert move(shop, order, "Ship") == {"CapturePayments": "success"}
    assert amounts(payment) == (10000, 10000, 0, 0)
    assert move(shop, order, "Returned") == {"RefundPayments": "success"}
    assert amounts(payment) == (10000, 10000, 10000, 0)
    assert payment.state == "refunded"
    assert executed(shop) == [("authorize", 10000), ("capture", 10000), ("refund", 10000)]
    assert {entry["reference"] for entry in shop.vendors.ledger(vendor="stripe")} == {payment.reference}


def test_cancelled_before_it_was_captured(shop):
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    assert move(shop, order, "OrderCanceled") == {"CancelPayments": "success"}
    assert amounts(order.payments.get()) == (10000, 0, 0, 10000)
    assert [operation for operation, _ in executed(shop)] == ["authorize", "cancel"]


def test_two_payments_are_captured_in_their_order_up_to_what_is_ordered(shop):
    shop.chart(CHART)
    body = {
        "market": "NOR",
        "lines": [{"sku": "TENT-2", "quantity": "1", "unit_price": "100.00"}],
        "payments": [
            {"payment_method": "stripe", "amount": "30.00", "token": "pm_card_visa"},
            {"payment_method": "Card", "amount": "70.00", "token": "pm_card_visa"},
        ],
    }
    order = create_order(body)
    shop.pump()
    move(shop, order, "Ship")
    first, second = order.payments.order_by("position")
    assert (amounts(first), amounts(second)) == ((3000, 3000, 0, 0), (7000, 7000, 0, 0))
    assert executed(shop) == [("authorize", 3000), ("authorize", 7000), ("capture", 3000), ("capture", 7000)]


@pytest.mark.parametrize(("status", "operation"), [("Returned", "refund"), ("OrderCanceled", "cancel")])
def test_an_answer_that_is_lost_is_one_effect_and_one_entry(shop, status, operation):
    shop.chart(CHART)
    order = shop.order(amount="100.00")
    shop.pump()
    if operation == "refund":
        move(shop, order, "Ship")
    shop.vendors.faults(vendor="stripe", path=operation, method="POST", drop_after=True)
    move(shop, order, status)
    shop.later(hours=1)
    shop.pump()
    assert [done for done, _ in executed(shop)].count(operation) == 1
    payment = order.payments.get()
    assert amounts(payment) == ((10000, 10000, 10000, 0) if operation == "refund" else (10000, 0, 0, 10000))
    assert shop.vendors.doubles() == []


def test_a_declined_card_is_tried_again_by_a_new_run_only(shop):
    shop.chart({**CHART, "OnHold": ["AuthorizePayment!"]})
    order = shop.order(amount="100.00", token="pm_card_chargeDeclined")
    shop.pump()
    payment = order.payments.get()
    assert (payment.state, amounts(payment)) == ("declined", (0, 0, 0, 0))
    assert "declined" in payment.reason
    payment.seal_token("pm_card_visa")
    payment.save()
    assert move(shop, order, "OnHold") == {"AuthorizePayment": "success"}
    assert (amounts(payment), payment.state) == ((10000, 0, 0, 0), "authorized")
