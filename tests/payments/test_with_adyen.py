"""Payments at Adyen through the engine and over real sockets: steps take on, signed webhooks confirm, the books agree."""

import json

import pytest
from django.test import Client

from connectors import inbox
from connectors.models import Connector, InboundWebhook
from connectors.publishing import publish
from payments.models import PaymentMethod
from tests import oracle
from tests.factories.connectors import make_connector
from tests.payments.test_with_stripe import CHART, amounts, move
from tests.sandbox.callers import until
from tests.sandbox.receiver import Receiver
from tests.shop import running_vendors, shop, vendors
from workflows import acts
from workflows.orders import create_order

__all__ = ["running_vendors", "shop", "vendors"]
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]

STAFF = acts.Asked(actor="kari", reason="Looked into it")


class Line:
    """The way from Adyen's webhooks to the connector's public address."""

    def __init__(self, shop, receiver: Receiver):
        self.shop, self.receiver, self.heard = shop, receiver, 0
        settings = shop.vendors.control("POST", "adyen/webhook", {"url": receiver.url})
        shop.vendors.control("POST", "adyen/account", {"multiple_captures": True})
        properties = {"HmacKey": settings["hmac_key"], "MultipleCaptures": "true"}
        connector = make_connector(
            shop.tenant,
            "adyen",
            is_test=True,
            bearer_token="AQEshop0123456789",
            merchant_id="NordicOutdoorNO",
            properties=properties,
        )
        publish(connector)
        self.address = f"/webhooks/{Connector.objects.get(type='adyen').webhook_token}/"
        method = PaymentMethod.objects.create(
            name="Adyen",
            payment_method_name="Card",
            connector=connector,
            options={"ReturnUrl": "https://shop.example/thanks"},
        )
        publish(method)

    def order(self, holder: str = "Kari Nordmann", method=None):
        card = {"type": "scheme", "holderName": holder, "encryptedCardNumber": "test_4111111111111111"}
        card = method or card
        line = {"sku": "TENT-2", "quantity": "1", "unit_price": "100.00"}
        paid = {"payment_method": "Adyen", "amount": "100.00", "token": json.dumps({"paymentMethod": card})}
        order = create_order({"market": "NOR", "lines": [line], "payments": [paid]})
        self.shop.pump()
        return order

    def hear(self) -> list[int]:
        """Hand on what Adyen has told since, and work it off; the statuses that it was answered with."""
        told = len(self.shop.vendors.control("GET", "adyen/told")["items"])
        until(lambda: len(self.receiver.received) >= told)
        bodies = [body for _, body in self.receiver.received[self.heard :]]
        self.heard = len(self.receiver.received)
        answers = [Client().post(self.address, body, content_type="application/json") for body in bodies]
        inbox.work_off_due()
        assert {answer.content for answer in answers} <= {b"[accepted]"}
        return [answer.status_code for answer in answers]


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def line(shop, receiver):
    shop.chart({**CHART, "ShipRest": ["CapturePayments!"]})
    yield Line(shop, receiver)
    assert shop.vendors.doubles() == []


def test_captured_in_parts_and_given_back(shop, line):
    order = line.order()
    payment = order.payments.get()
    assert amounts(payment) == (10000, 0, 0, 0)
    type(order).objects.update(total="40.00")
    assert move(shop, order, "Ship") == {"CapturePayments": "success"}
    assert (amounts(payment), payment.capturing_minor) == ((10000, 0, 0, 0), 4000)
    assert line.hear() == [200, 200]
    assert (amounts(payment), payment.capturing_minor) == ((10000, 4000, 0, 0), 0)
    type(order).objects.update(total="100.00")
    move(shop, order, "ShipRest")
    line.hear()
    assert amounts(payment) == (10000, 10000, 0, 0)
    move(shop, order, "Returned")
    assert payment.refunded_minor == 0
    line.hear()
    assert (amounts(payment), payment.state) == ((10000, 10000, 10000, 0), "refunded")
    assert [entry["amount_minor"] for entry in shop.vendors.ledger(vendor="adyen")] == [
        10000,
        4000,
        6000,
        10000,
    ]
    oracle.check(shop.vendors)


def test_the_rest_of_a_partial_capture_is_released(shop, line):
    order = line.order()
    type(order).objects.update(total="40.00")
    move(shop, order, "Ship")
    line.hear()
    move(shop, order, "OrderCanceled")
    line.hear()
    assert amounts(order.payments.get()) == (10000, 4000, 0, 6000)
    oracle.check(shop.vendors)


def test_a_capture_that_fails_at_once_or_later_is_told_to_staff(shop, line):
    order = line.order()
    shop.vendors.control("POST", "adyen/account", {"refusing": ["captures"]})
    move(shop, order, "Ship")
    line.hear()
    payment = order.payments.get()
    assert amounts(payment) == (10000, 0, 0, 0)
    assert any("Capture failed" in text for text in shop.active_errors(order))
    move(shop, order, "ShipRest")
    line.hear()
    assert amounts(payment) == (10000, 10000, 0, 0)
    [change] = payment.entries.filter(kind="capture", standing="confirmed").values_list(
        "reference", flat=True
    )
    shop.vendors.control("POST", f"adyen/fail/{change}")
    line.hear()
    assert amounts(payment) == (10000, 0, 0, 0)
    assert any("before you capture again" in text for text in shop.active_errors(order))
    shop.vendors.control("POST", f"adyen/repair/{change}")
    line.hear()
    assert (amounts(payment), payment.state) == ((10000, 10000, 0, 0), "captured")


@pytest.mark.parametrize("fault", [{"drop_after": True}, {"status_after_effect": 500}, {"html": True}])
def test_an_answer_that_is_lost_is_one_effect_and_one_entry(shop, line, fault):
    """The webhook comes before anybody knows that the capture was taken on."""
    order = line.order()
    shop.vendors.faults(vendor="adyen", path="captures", method="POST", times=3, **fault)
    move(shop, order, "Ship")
    line.hear()
    shop.later(hours=1)
    shop.pump()
    payment = order.payments.get()
    assert amounts(payment) == (10000, 10000, 0, 0)
    assert payment.entries.filter(kind="capture").count() == 1
    assert len(shop.effects("capture")) == 1
    oracle.check(shop.vendors)


def test_posts_of_several_items_repeated_and_out_of_order(shop, line):
    shop.vendors.control("POST", "adyen/webhook", {"batch": 2, "repeats": 1})
    order = line.order()
    move(shop, order, "Ship")
    until(lambda: len(line.receiver.received) == 2)
    shop.vendors.control("POST", "adyen/tell_again", {"order": [1, 0]})
    until(lambda: len(line.receiver.received) == 4)
    assert line.hear() == [200] * 4
    assert amounts(order.payments.get()) == (10000, 10000, 0, 0)
    assert InboundWebhook.objects.count() == 2
    assert {
        len(json.loads(bytes(row.body))["notificationItems"]) for row in InboundWebhook.objects.all()
    } == {1}


def test_a_changed_item_is_refused(shop, line):
    order = line.order()
    line.hear()
    [(_, body)] = line.receiver.received
    changed = body.replace(b'"value": 10000', b'"value": 90000')
    assert Client().post(line.address, changed, content_type="application/json").status_code == 401
    assert amounts(order.payments.get()) == (10000, 0, 0, 0)


def test_a_declined_card(shop, line):
    order = line.order(holder="NOT_ENOUGH_BALANCE")
    line.hear()
    payment = order.payments.get()
    assert (amounts(payment), payment.state) == ((0, 0, 0, 0), "declined")
    assert "not enough money" in payment.reason


def test_a_run_that_a_declined_card_stopped_is_resumed_with_another_card(shop, line):
    """Adyen's refusal is an answer of success, and yet nothing was authorised that goods could be sent for."""
    order = line.order(holder="NOT_ENOUGH_BALANCE")
    payment = order.payments.get()
    stopped = order.runs.get()
    assert (shop.steps(stopped), payment.state) == ({"AuthorizePayment": "error"}, "declined")
    again = acts.resume(stopped, STAFF).run
    shop.pump()
    assert shop.steps(again) == {"AuthorizePayment": "error"}
    card = {"type": "scheme", "holderName": "Kari Nordmann", "encryptedCardNumber": "test_4111111111111111"}
    payment.refresh_from_db()
    payment.seal_token(json.dumps({"paymentMethod": card}))
    payment.save()
    again = acts.resume(again, STAFF).run
    shop.pump()
    assert shop.steps(again) == {"AuthorizePayment": "success"}
    assert amounts(payment) == (10000, 0, 0, 0)
    assert [entry["amount_minor"] for entry in shop.effects("authorize")] == [10000]


def test_a_capture_that_came_to_nothing_is_no_success_of_the_run_again(shop, line):
    order = line.order()
    shop.vendors.control("POST", "adyen/account", {"refusing": ["captures"]})
    ship = shop.move(order, "Ship")
    shop.pump()
    line.hear()
    assert (shop.steps(ship), amounts(order.payments.get())) == (
        {"CapturePayments": "success"},
        (10000, 0, 0, 0),
    )
    gentle = acts.run_again(order, STAFF, run=ship).run
    shop.pump()
    step = gentle.steps.get()
    assert (step.state, "100.00 NOK is not captured" in step.message) == ("error", True)
    told = acts.run_again(order, STAFF, run=gentle, repeat=True).run
    shop.pump()
    line.hear()
    assert (shop.steps(told), amounts(order.payments.get())) == (
        {"CapturePayments": "success"},
        (10000, 10000, 0, 0),
    )


def test_a_shopper_who_is_at_the_bank_is_waited_for(shop, line):
    """Adyen has not named the payment yet and cannot be asked: nobody asks it to reserve the money once more."""
    shop.chart({**CHART, "OnHold": ["AuthorizePayment!"]})
    order = line.order(method={"type": "ideal"})
    payment = order.payments.get()
    assert (payment.state, payment.provider_id) == ("pending", payment.reference)
    assert move(shop, order, "OnHold") == {"AuthorizePayment": "warning"}
    assert [call["path"] for call in shop.vendors.calls("adyen")] == ["/v72/payments"]
    [token] = shop.vendors.control("GET", "adyen/elsewhere")["tokens"]
    shop.vendors.control("POST", f"adyen/bank/{token}")
    line.hear()
    assert (amounts(payment), payment.state) == ((10000, 0, 0, 0), "authorized")
    assert len(payment.provider_id) == 16
    move(shop, order, "Ship")
    line.hear()
    assert amounts(payment) == (10000, 10000, 0, 0)
    oracle.check(shop.vendors)
