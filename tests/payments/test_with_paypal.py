"""A PayPal payment through the engine, over real sockets, and told of by signed posts: our ledger agrees with PayPal's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from connectors import inbox, webhook_material
from connectors.models import InboundWebhook
from connectors.publishing import publish
from connectors.runtime import runtime
from payments.models import Payment, PaymentMethod
from tests.factories.connectors import make_connector
from tests.payments.test_with_stripe import CHART, amounts, move
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import Order
from workflows.orders import create_order

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

WEBHOOK = "3NS44820WK916573U"
PARTS = {**CHART, "OnHold": ["AuthorizePayment!"], "InProgress": ["CapturePayments!"]}


class PaypalShop:
    """The shop with a PayPal connector whose Base URL is the word sandbox. `hear` hands PayPal's posts on."""

    def __init__(self, shop: Shop, receiver: Receiver) -> None:
        self.shop, self.receiver, self.heard = shop, receiver, 0
        connector = make_connector(
            shop.tenant,
            "paypal",
            host="sandbox",
            is_test=True,
            client_app_id="client-1",
            bearer_token="client-secret-0123456789",
            properties={"WebhookId": WEBHOOK},
        )
        publish(connector)
        options = {"ReturnUrl": "https://shop.example/thanks", "CancelUrl": "https://shop.example/cart"}
        publish(PaymentMethod.objects.create(name="PayPal", connector=connector, options=options))
        config = runtime(shop.tenant.pk).connectors[connector.pk]
        assert config.host == f"{shop.vendors.url}/paypal"
        self.path = urlsplit(config.public_url).path
        self.control("webhook", {"url": receiver.url, "id": WEBHOOK, "repeats": 1})
        webhook_material.forget()
        shop.chart(PARTS)

    def order(self, token: str = "") -> tuple[Order, Payment]:
        line = {"sku": "TENT-2", "quantity": "1", "unit_price": "100.00"}
        payment = {"payment_method": "PayPal", "amount": "100.00", "token": token}
        order = create_order({"market": "NOR", "lines": [line], "payments": [payment]})
        self.shop.pump()
        return order, order.payments.get()

    def control(self, path: str, data: Any = None) -> Any:
        return self.shop.vendors.control("POST", f"paypal/{path}", data)

    def hear(self, news: int) -> None:
        """Hand on what PayPal has posted, each twice, once `news` more events have come; then work it off."""
        until(lambda: len(self.receiver.received) >= self.heard + 2 * news)
        fresh = self.receiver.received[self.heard :]
        self.heard += len(fresh)
        for headers, body in reversed(fresh):
            signed = {name: value for name, value in headers.items() if name.startswith("paypal-")}
            answer = Client().post(self.path, body, content_type="application/json", headers=signed)
            assert answer.status_code == 200
        inbox.work_off_due()

    def executed(self) -> list[tuple[str, int]]:
        entries = self.shop.vendors.ledger(vendor="paypal")
        return [(entry["operation"], entry["amount_minor"]) for entry in entries]


@pytest.fixture
def paypal(shop: Shop) -> Iterator[PaypalShop]:
    receiver = Receiver()
    yield PaypalShop(shop, receiver)
    assert shop.vendors.doubles() == []
    receiver.close()


def test_approved_captured_twice_released_and_refunded_over_both(paypal: PaypalShop) -> None:
    order, payment = paypal.order()
    assert (payment.state, payment.raw_state) == ("pending", "PAYER_ACTION_REQUIRED")
    assert move(paypal.shop, order, "OnHold") == {"AuthorizePayment": "warning"}
    paypal.control(f"pay/{payment.provider_id}")
    assert move(paypal.shop, order, "New") == {"AuthorizePayment": "success"}
    paypal.hear(2)
    assert amounts(payment) == (10000, 0, 0, 0)

    for status, total in (("Ship", "40.00"), ("InProgress", "70.00")):
        Order.objects.filter(pk=order.pk).update(total=total)
        assert move(paypal.shop, order, status) == {"CapturePayments": "success"}
    assert amounts(payment) == (10000, 7000, 0, 0)
    assert move(paypal.shop, order, "OrderCanceled") == {"CancelPayments": "warning"}
    assert amounts(payment) == (10000, 7000, 0, 3000)
    first = payment.entries.filter(kind="capture").order_by("pk").first()
    assert first is not None
    paypal.control(f"refund/{first.reference}", {"amount": {"currency_code": "NOK", "value": "15.00"}})
    paypal.hear(4)
    assert amounts(payment) == (10000, 7000, 1500, 3000)
    assert move(paypal.shop, order, "Returned") == {"RefundPayments": "success"}
    paypal.hear(2)

    assert (amounts(payment), payment.state) == ((10000, 7000, 7000, 3000), "refunded")
    assert paypal.executed() == [
        *(("authorize", 10000), ("capture", 4000), ("capture", 3000), ("cancel", 3000)),
        *(("refund", 1500), ("refund", 3000), ("refund", 2500)),
    ]
    assert {row.state for row in InboundWebhook.objects.all()} == {"done"}
    assert set(InboundWebhook.objects.values_list("duplicates", flat=True)) == {1}
    assert paypal.shop.active_errors(order) == []


def test_the_buttons_order_with_every_answer_lost(paypal: PaypalShop) -> None:
    token = paypal.control("button", {"amount": "100.00"})["id"]
    lost = {"vendor": "paypal", "method": "POST", "drop_after": True}
    paypal.shop.vendors.faults(path="/authorize$", **lost)
    order, payment = paypal.order(token)
    for operation, status in (("capture", "Ship"), ("refund", "Returned")):
        paypal.shop.later(hours=1)
        paypal.shop.pump()
        paypal.shop.vendors.faults(path=f"/{operation}$", **lost)
        move(paypal.shop, order, status)
    paypal.shop.later(hours=1)
    paypal.shop.pump()
    assert (amounts(payment), payment.state) == ((10000, 10000, 10000, 0), "refunded")
    assert payment.provider_id == token
    assert paypal.executed() == [("authorize", 10000), ("capture", 10000), ("refund", 10000)]


def test_refused_then_paid_otherwise(paypal: PaypalShop) -> None:
    order, payment = paypal.order()
    paypal.control(f"pay/{payment.provider_id}", {"instrument": "declined"})
    assert move(paypal.shop, order, "OnHold") == {"AuthorizePayment": "error"}
    payment.refresh_from_db()
    assert (payment.state, "PayPal refused it" in payment.reason) == ("declined", True)
    paypal.control(f"pay/{payment.provider_id}")
    assert move(paypal.shop, order, "New") == {"AuthorizePayment": "success"}
    assert amounts(payment) == (10000, 0, 0, 0)


def test_given_up_before_the_approval(paypal: PaypalShop) -> None:
    order, payment = paypal.order()
    assert move(paypal.shop, order, "OrderCanceled") == {"CancelPayments": "success"}
    payment.refresh_from_db()
    paypal.control(f"pay/{payment.provider_id}")
    paypal.hear(1)
    assert move(paypal.shop, order, "New") == {"AuthorizePayment": "warning"}
    payment.refresh_from_db()
    assert (payment.state, paypal.executed()) == ("cancelled", [])
