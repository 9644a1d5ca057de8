"""A Klarna payment through the engine, over real sockets, and told of by posts that nobody signs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client

from connectors import inbox
from connectors.calls import CallSpec
from connectors.effects import execute_now
from connectors.models import InboundWebhook
from connectors.publishing import publish
from connectors.runtime import runtime
from payments import ledger
from payments.models import Payment, PaymentMethod
from payments.news import from_outcome
from tests.contract.scenarios.base import ADDRESS
from tests.contract.scenarios.payment import paid
from tests.factories.connectors import make_connector
from tests.payments.test_with_stripe import CHART, amounts, move
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import Order
from workflows.orders import create_order

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

ON_PAGE = {**CHART, "New": [], "OnHold": ["AuthorizePayment!"]}


class KlarnaShop:
    """The shop with a Klarna connector. Klarna's posts are taken by a proxy, which `hear` stands for."""

    def __init__(self, shop: Shop, receiver: Receiver) -> None:
        self.shop, self.receiver, self.heard = shop, receiver, 0
        connector = make_connector(
            shop.tenant, "klarna", is_test=True, merchant_id="PK1_shop", bearer_token="klarna-0123456789"
        )
        publish(connector)
        method = PaymentMethod.objects.create(name="KlarnaCheckout", connector=connector)
        publish(method)
        self.config = runtime(shop.tenant.pk).connectors[connector.pk]
        self.control("webhook", {"url": receiver.url, "repeats": 1})

    def order(self, token: str = "") -> Order:
        body = {
            "market": "NOR",
            "lines": [{"sku": "TENT-2", "quantity": "1", "unit_price": "100.00"}],
            "billing": {"name": "Kari Nordmann", "country": "NO"},
            "payments": [{"payment_method": "KlarnaCheckout", "amount": "100.00", "token": token}],
        }
        order = create_order(body)
        self.shop.pump()
        return order

    def open_page(self, payment: Payment) -> str:
        """What a checkout does: the id of the hosted page."""
        request = paid(payment.amount)({"reference": payment.reference, "lines": (), "billing": ADDRESS})
        spec = CallSpec(
            connector=self.config, operation="create_session", subject=payment.subject, request=request
        )
        [outcome] = execute_now([spec], origin="checkout")
        news = from_outcome(outcome, "checkout")  # type: ignore[arg-type]
        assert news is not None
        with transaction.atomic():
            ledger.apply(Payment.objects.select_for_update().get(pk=payment.pk), news)
        return outcome.result.provider_id.removeprefix("hpp:")  # type: ignore[union-attr]

    def control(self, path: str, data: Any = None) -> Any:
        return self.shop.vendors.control("POST", f"klarna/{path}", data)

    def hear(self, news: int) -> None:
        """Hand on what Klarna has posted, each twice, once `news` more have come; then work it off."""
        until(lambda: len(self.receiver.received) >= self.heard + 2 * news)
        fresh = self.receiver.received[self.heard :]
        self.heard += len(fresh)
        assert [self.post(body) for _, body in fresh] == [200] * len(fresh)
        inbox.work_off_due()

    def post(self, body: Any, path: str = "") -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        address = path or urlsplit(self.config.public_url).path
        return Client().post(address, raw, content_type="application/json").status_code

    def executed(self) -> list[tuple[str, int]]:
        entries = self.shop.vendors.ledger(vendor="klarna")
        return [(entry["operation"], entry["amount_minor"]) for entry in entries]


@pytest.fixture
def klarna(shop: Shop) -> Iterator[KlarnaShop]:
    receiver = Receiver()
    yield KlarnaShop(shop, receiver)
    assert shop.vendors.doubles() == []
    receiver.close()


def test_paid_on_the_page_captured_in_part_released_and_refunded(klarna: KlarnaShop) -> None:
    klarna.shop.chart(ON_PAGE)
    order = klarna.order()
    payment = order.payments.get()
    page = klarna.open_page(payment)
    klarna.control(f"pay/{page}", {"outcome": "decline"})
    klarna.hear(1)
    assert (amounts(payment), payment.state) == ((0, 0, 0, 0), "pending")
    klarna.control(f"pay/{page}")
    klarna.hear(1)
    [authorized] = klarna.shop.vendors.ledger(vendor="klarna")
    assert (amounts(payment), payment.state) == ((10000, 0, 0, 0), "authorized")
    assert payment.provider_id == authorized["object"]

    Order.objects.filter(pk=order.pk).update(total="40.00")
    assert move(klarna.shop, order, "Ship") == {"CapturePayments": "success"}
    assert move(klarna.shop, order, "OrderCanceled") == {"CancelPayments": "warning"}
    assert amounts(payment) == (10000, 4000, 0, 6000)
    assert move(klarna.shop, order, "Returned") == {"RefundPayments": "success"}
    assert (amounts(payment), payment.state) == ((10000, 4000, 4000, 6000), "refunded")
    moved = [("capture", 4000), ("cancel", 6000), ("refund", 4000)]
    assert klarna.executed() == [("authorize", 10000), *moved]
    assert set(InboundWebhook.objects.values_list("state", "duplicates")) == {("done", 1)}
    assert klarna.shop.active_errors(order) == []


def test_a_page_that_was_paid_is_found_out_without_any_callback(klarna: KlarnaShop) -> None:
    klarna.shop.chart(ON_PAGE)
    order = klarna.order()
    payment = order.payments.get()
    klarna.control(f"pay/{klarna.open_page(payment)}")
    assert move(klarna.shop, order, "OnHold") == {"AuthorizePayment": "success"}
    assert move(klarna.shop, order, "Ship") == {"CapturePayments": "success"}
    assert (amounts(payment), payment.state) == ((10000, 10000, 0, 0), "captured")


def test_a_widget_s_token_with_every_answer_lost(klarna: KlarnaShop) -> None:
    klarna.shop.chart(CHART)
    lost = {"vendor": "klarna", "method": "POST", "drop_after": True, "times": 3}
    klarna.shop.vendors.faults(path="authorizations", **lost)
    order = klarna.order(token="accepted-1")
    for status, path in (("Ship", "captures"), ("Returned", "refunds")):
        klarna.shop.later(hours=0.1)
        klarna.shop.pump()
        klarna.shop.vendors.faults(path=path, **lost)
        move(klarna.shop, order, status)
    klarna.shop.later(hours=0.1)
    klarna.shop.pump()
    payment = order.payments.get()
    assert (amounts(payment), payment.state) == ((10000, 10000, 10000, 0), "refunded")
    assert klarna.executed() == [("authorize", 10000), ("capture", 10000), ("refund", 10000)]


@pytest.mark.parametrize(
    ("outcome", "state", "held"), [("accept", "authorized", 10000), ("reject", "declined", 0)]
)
def test_the_fraud_check_ends_later(klarna: KlarnaShop, outcome: str, state: str, held: int) -> None:
    klarna.shop.chart(CHART)
    payment = klarna.order(token="pending-1").payments.get()
    assert payment.state == "pending"
    klarna.control(f"review/{payment.provider_id}", {"outcome": outcome})
    klarna.hear(1)
    assert (amounts(payment), payment.state) == ((held, 0, 0, 0), state)


def test_an_order_that_is_stopped_is_shown_to_staff(klarna: KlarnaShop) -> None:
    klarna.shop.chart(CHART)
    order = klarna.order(token="accepted-1")
    payment = order.payments.get()
    klarna.control(f"review/{payment.provider_id}", {"outcome": "stop"})
    klarna.hear(1)
    assert (amounts(payment), payment.state) == ((10000, 0, 0, 10000), "cancelled")
    [error] = klarna.shop.active_errors(order)
    assert "do not ship" in error


def test_what_is_posted_is_not_believed(klarna: KlarnaShop) -> None:
    """Lies about a page, about an order, about what Klarna does not know, and posts to another address."""
    klarna.shop.chart(ON_PAGE)
    payment = klarna.order().payments.get()
    page = klarna.open_page(payment)
    other = klarna.order().payments.get()
    klarna.control(f"pay/{klarna.open_page(other)}")
    stranger = klarna.shop.vendors.ledger(vendor="klarna")[0]["object"]

    def lie(number: int, **session: str) -> dict[str, Any]:
        told = {"session_id": page, "status": "COMPLETED", "order_id": stranger, **session}
        return {"event_id": f"lie-{number}", "session": told}

    assert klarna.post(lie(0), path="/webhooks/guessed/") == 404
    lies = (lie(1), lie(2, session_id="nobody"), {"order_id": "nobody", "event_type": "FRAUD_RISK_ACCEPTED"})
    assert [klarna.post(body) for body in (*lies, {"session": {"session_id": "../orders"}})] == [200] * 4
    inbox.work_off_due()

    assert (amounts(payment), payment.state) == ((0, 0, 0, 0), "pending")
    states = dict(InboundWebhook.objects.values_list("event_id", "state"))
    assert [states.pop(name) for name in ("lie-1", "lie-2", "nobody FRAUD_RISK_ACCEPTED")] == [
        *("done", "received", "received")
    ]
    assert list(states.values()) == ["failed"]
