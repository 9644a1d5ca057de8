"""A Vipps payment through the engine, over real sockets, and told of by signed posts: our ledger agrees with Vipps'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from connectors import inbox
from connectors.models import InboundWebhook
from connectors.publishing import publish
from connectors.runtime import runtime
from payments.models import Payment, PaymentMethod
from tests.factories.connectors import make_connector
from tests.payments.test_with_stripe import CHART, amounts, move
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver
from tests.shop import Shop, running_vendors, shop, vendors
from workflows import acts
from workflows.models import Order
from workflows.orders import create_order

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

MSN = "884021"
PARTS = {**CHART, "OnHold": ["AuthorizePayment!"]}


class VippsShop:
    """The shop with a Vipps connector. Vipps' posts are taken by a proxy, which `hear` stands for."""

    def __init__(self, shop: Shop, receiver: Receiver) -> None:
        self.shop, self.receiver, self.heard = shop, receiver, 0
        connector = make_connector(
            shop.tenant,
            "vipps",
            is_test=True,
            merchant_id=MSN,
            client_app_id="client-1",
            bearer_token="client-secret-0123456789",
            properties={"SubscriptionKey": "subscription-0123456789", "WebhookSecret": "webhook-0123456789"},
        )
        publish(connector)
        options = {"ReturnUrl": "https://shop.example/thanks"}
        method = PaymentMethod.objects.create(name="Vipps", connector=connector, options=options)
        publish(method)
        self.url = runtime(shop.tenant.pk).connectors[connector.pk].public_url
        told = {"msn": MSN, "url": self.url, "secret": "webhook-0123456789", "through": receiver.url}
        self.control("webhook", {**told, "repeats": 1})
        shop.chart(PARTS)

    def order(self, token: str = "") -> Any:
        line = {"sku": "TENT-2", "quantity": "1", "unit_price": "100.00"}
        payment = {"payment_method": "Vipps", "amount": "100.00", "token": token}
        order = create_order({"market": "NOR", "lines": [line], "payments": [payment]})
        self.shop.pump()
        return order

    def control(self, path: str, data: Any = None) -> Any:
        return self.shop.vendors.control("POST", f"vipps/{path}", data)

    def shopper(self, payment: Payment, outcome: str = "approve") -> None:
        payment.refresh_from_db()
        self.control(f"pay/{payment.provider_id}", {"outcome": outcome})

    def hear(self, news: int) -> None:
        """Hand on what Vipps has posted, each twice, once `news` more events have come; then work it off."""
        until(lambda: len(self.receiver.received) >= self.heard + 2 * news)
        fresh = self.receiver.received[self.heard :]
        self.heard += len(fresh)
        assert [self.post(headers, body) for headers, body in fresh] == [200] * len(fresh)
        inbox.work_off_due()

    def post(self, headers: dict[str, str], body: bytes, query: str = "") -> int:
        signed = {k: v for k, v in headers.items() if k.startswith("x-") or k == "authorization"}
        path = urlsplit(self.url).path + query
        return Client().post(path, body, content_type="application/json", headers=signed).status_code

    def executed(self) -> list[tuple[str, int]]:
        entries = self.shop.vendors.ledger(vendor="vipps")
        return [(entry["operation"], entry["amount_minor"]) for entry in entries]


@pytest.fixture
def vipps(shop: Shop) -> Iterator[VippsShop]:
    receiver = Receiver()
    yield VippsShop(shop, receiver)
    assert shop.vendors.doubles() == []
    receiver.close()


def test_approved_captured_in_parts_released_and_partly_refunded(vipps: VippsShop) -> None:
    order = vipps.order()
    payment = order.payments.get()
    assert (payment.state, payment.provider_id) == ("pending", payment.reference)
    vipps.shopper(payment)
    vipps.hear(2)
    assert amounts(payment) == (10000, 0, 0, 0)

    Order.objects.filter(pk=order.pk).update(total="40.00")
    assert move(vipps.shop, order, "Ship") == {"CapturePayments": "success"}
    assert amounts(payment) == (10000, 4000, 0, 0)
    assert move(vipps.shop, order, "OrderCanceled") == {"CancelPayments": "warning"}
    assert amounts(payment) == (10000, 4000, 0, 6000)
    vipps.control(f"portal/{payment.reference}", {"operation": "refund", "amount": 1500})
    vipps.hear(3)
    assert amounts(payment) == (10000, 4000, 1500, 6000)
    assert move(vipps.shop, order, "Returned") == {"RefundPayments": "success"}
    vipps.hear(1)

    assert (amounts(payment), payment.state) == ((10000, 4000, 4000, 6000), "refunded")
    assert vipps.executed() == [
        *(("authorize", 10000), ("capture", 4000), ("cancel", 6000), ("refund", 1500), ("refund", 2500))
    ]
    assert {row.state for row in InboundWebhook.objects.all()} == {"done"}
    assert set(InboundWebhook.objects.values_list("duplicates", flat=True)) == {1}
    assert vipps.shop.active_errors(order) == []


def test_captured_and_refunded_in_full_with_the_answers_lost(vipps: VippsShop) -> None:
    order = vipps.order()
    payment = order.payments.get()
    vipps.shopper(payment)
    assert move(vipps.shop, order, "OnHold") == {"AuthorizePayment": "success"}
    for status, operation in (("Ship", "capture"), ("Returned", "refund")):
        vipps.shop.vendors.faults(vendor="vipps", path=operation, method="POST", drop_after=True, times=2)
        move(vipps.shop, order, status)
        vipps.shop.later(hours=1)
        vipps.shop.pump()
    vipps.hear(4)
    assert (amounts(payment), payment.state) == ((10000, 10000, 10000, 0), "refunded")
    assert vipps.executed() == [("authorize", 10000), ("capture", 10000), ("refund", 10000)]


def test_a_lost_capture_of_less_is_no_proof_that_nothing_was_taken(vipps: VippsShop) -> None:
    """The order has grown since: to capture all of it once more would take too much."""
    order = vipps.order()
    payment = order.payments.get()
    vipps.shopper(payment)
    move(vipps.shop, order, "OnHold")
    Order.objects.filter(pk=order.pk).update(total="30.00")
    vipps.shop.vendors.faults(vendor="vipps", path="capture", method="POST", drop_after=True, times=None)
    run = vipps.shop.move(order, "Ship")
    vipps.shop.pump()
    vipps.shop.vendors.clear_faults()
    Order.objects.filter(pk=order.pk).update(total="60.00")
    vipps.shop.later(hours=1)
    vipps.shop.pump()
    assert vipps.executed() == [("authorize", 10000), ("capture", 3000)]
    vipps.hear(3)
    run.refresh_from_db()
    acts.resume(run, acts.Asked(actor="kari"))
    vipps.shop.pump()
    assert vipps.executed() == [("authorize", 10000), ("capture", 3000), ("capture", 3000)]
    assert amounts(payment) == (10000, 6000, 0, 0)


def test_given_up_then_pushed_to_the_phone_and_late_news_of_the_first_attempt(vipps: VippsShop) -> None:
    order = vipps.order(token="+47 900 00 001")
    payment = order.payments.get()
    vipps.shopper(payment, "abort")
    assert move(vipps.shop, order, "OnHold") == {"AuthorizePayment": "error"}
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == ("declined", "The shopper stopped the payment in the app")

    assert move(vipps.shop, order, "New") == {"AuthorizePayment": "warning"}
    payment.refresh_from_db()
    assert (payment.state, payment.provider_id) == ("pending", f"{payment.reference}-try2")
    vipps.shopper(payment)
    vipps.hear(4)
    assert (amounts(payment), payment.provider_id) == ((10000, 0, 0, 0), f"{payment.reference}-try2")
    assert move(vipps.shop, order, "Ship") == {"CapturePayments": "success"}
    assert amounts(payment) == (10000, 10000, 0, 0)


def test_a_failed_capture_is_shown_to_staff_and_counts_for_nothing(vipps: VippsShop) -> None:
    order = vipps.order()
    payment = order.payments.get()
    vipps.shopper(payment)
    vipps.control(f"fail/{payment.provider_id}", {"name": "CAPTURED", "amount": 10000})
    vipps.hear(3)
    assert amounts(payment) == (10000, 0, 0, 0)
    [error] = vipps.shop.active_errors(order)
    assert "a capture of 100.00 NOK failed" in error


def test_posts_that_are_not_for_this_address_or_from_vipps_are_refused(vipps: VippsShop) -> None:
    vipps.order()
    until(lambda: len(vipps.receiver.received) == 2)
    headers, body = vipps.receiver.received[0]
    assert vipps.post({**headers, "x-ms-date": "Fri, 20 Nov 2026 10:01:40 GMT"}, body) == 401
    assert vipps.post(headers, body.replace(b"CREATED", b"CAPTURED")) == 401
    assert vipps.post(headers, body, "?a=1") == 401
    assert vipps.post({**headers, "authorization": "Basic eDp5"}, body) == 200
    assert [(row.event_type, row.duplicates) for row in InboundWebhook.objects.all()] == [("CREATED", 0)]
    assert not any("authorization" in row.headers for row in InboundWebhook.objects.all())


def test_one_payment_of_the_shop_pays_one_order_only(vipps: VippsShop) -> None:
    """A shopper who hands the reference of a paid order in once more would get goods for nothing."""
    paid = vipps.order()
    vipps.shopper(paid.payments.get())
    assert move(vipps.shop, paid, "OnHold") == {"AuthorizePayment": "success"}

    second = vipps.order(token=paid.payments.get().reference)
    again = second.payments.get()
    assert (again.state, again.provider_id, amounts(again)) == ("pending", "", (0, 0, 0, 0))
    [error] = vipps.shop.active_errors(second)
    assert f"belongs to order {paid.number}" in error
    assert move(vipps.shop, paid, "Ship") == {"CapturePayments": "success"}
    assert move(vipps.shop, second, "Ship") == {"CapturePayments": "error"}
    assert amounts(again) == (0, 0, 0, 0)
