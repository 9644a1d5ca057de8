"""Deliveries over real sockets: signed, tried again at their times, given up, and never holding up others."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.models import DeliveryAttempt, EventDelivery, EventSubscription
from connectors.subscriptions import pace, relay
from connectors.subscriptions.keys import rotate
from connectors.subscriptions.sending import SCHEME
from eventlog.models import Event
from tenants.scoping import tenant_scope
from tenants.secret_value import SecretValue
from tests.factories.events import record_event
from tests.factories.subscriptions import body, is_signed, make_subscription, receiver, sent
from tests.factories.workflows import make_shop
from tests.faultserver import answer, hang, reset, throttle
from workflows.models import Order
from workflows.orders import create_order

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwC1Yx2sTu9vE="


@pytest.fixture
def shop(db):
    return make_shop()


def one(tenant, server, **values):
    return make_subscription(tenant, f"{server.url}/events", secret=SECRET, **values)


def due_again():
    EventDelivery._base_manager.filter(state="pending").update(next_try_at=timezone.now())


def test_signatures_are_those_of_the_published_vector():
    """From the specification's reference libraries."""
    secret = SecretValue("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body, message_id, stamp = b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    headers = SCHEME.sign(body, [secret], now=stamp + 0.9, message_id=message_id)
    assert headers == {
        "webhook-id": message_id,
        "webhook-timestamp": f"{stamp}",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_ten_tries_take_three_days_give_or_take():
    assert pace.TRIES == 10
    assert timedelta(seconds=sum(pace.WAITS)) == timedelta(hours=75, minutes=35, seconds=5)
    for number, wait in enumerate(pace.WAITS, start=1):
        for _ in range(20):
            assert 0.8 * wait <= pace.wait_after(number).total_seconds() <= 1.2 * wait
    assert pace.wait_after(10) is None
    assert pace.wait_after(1, told=900) == timedelta(seconds=900)


def test_a_full_payload_holds_the_order_and_a_thin_one_does_not(shop, settings):
    with tenant_scope(shop.tenant), receiver(settings) as server:
        make_subscription(shop.tenant, f"{server.url}/full", payload="full", categories=["Created"])
        make_subscription(shop.tenant, f"{server.url}/thin", categories=["Created"])
        create_order(shop.order_data(number="N-1"))
        relay.work_off()
    told = {request.path: body(request) for request in server.requests}
    assert told["/full"]["type"] == told["/thin"]["type"] == "order.created"
    assert told["/full"]["data"]["order"]["lines"][0]["sku"] == "A"
    assert "order" not in told["/thin"]["data"]
    assert told["/thin"]["data"]["order_number"] == "N-1"


def test_an_event_arrives_signed_and_is_noted(tenant, settings):
    with receiver(settings) as server:
        subscription = one(tenant, server)
        event = record_event(tenant, order_id=7, order_number="N-7", market="NOR")
        relay.work_off()
    (request,) = server.requests
    assert is_signed(request, SECRET)
    assert request.headers["webhook-id"] == f"evt_{event.pk}"
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    told = body(request)
    assert told["type"] == "order.connector"
    assert told["data"]["sequence"] == event.pk
    assert (told["data"]["order_number"], told["data"]["market"]) == ("N-7", "NOR")
    (row,) = sent()
    assert (row.state, row.attempts, row.status_code, row.next_try_at) == ("delivered", 1, 204, None)
    subscription.refresh_from_db()
    assert subscription.succeeded_at is not None


@pytest.mark.parametrize(
    ("behaviour", "delivered", "error"),
    [
        (answer(200, b"x" * 300_000), True, ""),
        (
            answer(302, b"", headers={"Location": "http://127.0.0.1/"}),
            False,
            "HTTP 302: redirects are not followed",
        ),
        (answer(400), False, "HTTP 400"),
        (answer(500), False, "HTTP 500"),
        (reset(effect=True), False, "The answer did not come"),
    ],
    ids=["2xx", "3xx", "4xx", "5xx", "reset"],
)
def test_only_a_2xx_is_success(tenant, settings, behaviour, delivered, error):
    with receiver(settings, behaviour) as server:
        one(tenant, server)
        record_event(tenant)
        relay.work_off()
    (row,) = sent()
    assert (row.state == "delivered", row.error[: len(error)]) == (delivered, error)
    assert len(server.requests) == 1
    if not delivered:
        assert timedelta(seconds=0) < row.next_try_at - timezone.now() < timedelta(seconds=6.1)


def test_an_inner_address_is_never_called(tenant):
    make_subscription(tenant, "http://169.254.169.254/latest", secret=SECRET)
    record_event(tenant)
    relay.work_off()
    (row,) = sent()
    assert "is not a public address" in row.error


def test_the_id_stays_and_the_time_is_new_on_every_try(tenant, settings):
    with receiver(settings, answer(500), answer(500), answer(204, b"")) as server:
        one(tenant, server)
        record_event(tenant)
        for _ in range(3):
            due_again()
            relay.work_off()
    assert len({request.headers["webhook-id"] for request in server.requests}) == 1
    assert all(is_signed(request, SECRET) for request in server.requests)
    (row,) = sent()
    assert (row.state, row.attempts) == ("delivered", 3)
    tries = DeliveryAttempt.objects.order_by("id")
    assert [(item.number, item.status_code) for item in tries] == [(1, 500), (2, 500), (3, 204)]


def test_retry_after_is_obeyed(tenant, settings):
    with receiver(settings, throttle("120", status=503)) as server:
        one(tenant, server)
        record_event(tenant)
        relay.work_off()
    (row,) = sent()
    assert timedelta(seconds=100) < row.next_try_at - timezone.now() <= timedelta(seconds=121)


def test_410_switches_off_at_once(tenant, settings):
    with receiver(settings, answer(410)) as server:
        subscription = one(tenant, server)
        record_event(tenant)
        relay.work_off()
        record_event(tenant)
        due_again()
        relay.work_off()
    assert len(server.requests) == 1
    subscription.refresh_from_db()
    assert (subscription.active, subscription.disabled_reason) == (False, "its receiver answered 410 Gone")
    assert "was switched off" in Event.objects.get(operation="event-subscription").message


def test_the_tenth_failure_gives_up_and_warns_once(tenant, settings):
    with receiver(settings, answer(500)) as server:
        subscription = one(tenant, server)
        for _ in range(2):
            record_event(tenant)
        for _ in range(pace.TRIES + 1):
            due_again()
            relay.work_off()
    assert len(server.requests) == 2 * pace.TRIES
    assert {(row.state, row.attempts) for row in sent()} == {("failed", pace.TRIES)}
    assert (
        "gave a message up after 10 tries: HTTP 500"
        in Event.objects.get(operation="event-subscription").message
    )
    subscription.refresh_from_db()
    assert subscription.active


@pytest.mark.parametrize(("days", "active"), [(4.9, True), (5, False)])
def test_nothing_but_failures_for_five_days_switch_off(tenant, settings, days, active):
    with receiver(settings, answer(500)) as server:
        subscription = one(tenant, server)
        subscription.failing_since = timezone.now() - timedelta(days=days)
        subscription.save()
        record_event(tenant)
        relay.work_off()
    subscription.refresh_from_db()
    assert subscription.active is active


def test_a_success_in_between_starts_anew(tenant, settings):
    with receiver(settings, answer(204, b""), answer(500)) as server:
        subscription = one(tenant, server)
        EventSubscription.objects.update(failing_since=timezone.now() - timedelta(days=6))
        for _ in range(2):
            record_event(tenant)
            relay.work_off()
    subscription.refresh_from_db()
    assert subscription.active
    assert timezone.now() - subscription.failing_since < timedelta(minutes=1)


def test_both_secrets_sign_for_a_day(tenant, settings):
    with receiver(settings) as server:
        subscription = one(tenant, server)
        new = rotate(subscription)
        record_event(tenant)
        relay.work_off()
        EventSubscription.objects.update(former_until=timezone.now())
        record_event(tenant)
        relay.work_off()
    during, after = server.requests
    assert is_signed(during, SECRET)
    assert is_signed(during, new)
    assert not is_signed(after, SECRET)
    assert is_signed(after, new)


def test_a_slow_receiver_holds_up_nobody(tenant, settings, monkeypatch):
    monkeypatch.setattr("connectors.subscriptions.sending.TIMEOUT_S", 1.0)
    with receiver(settings, hang(effect=False)) as slow, receiver(settings) as quick:
        make_subscription(tenant, slow.url, name="slow")
        make_subscription(tenant, quick.url, name="quick")
        for _ in range(30):
            record_event(tenant)
        running = relay.Relay()
        with relay.platform_scope("test"):
            while len(quick.requests) < 30:
                running.turn()
        assert len(slow.requests) <= relay.FIRST_OF_ONE
        EventSubscription.objects.filter(name="slow").update(active=False)
        running.run(lambda: True)
    assert {row.state for row in sent() if row.subscription.name == "quick"} == {"delivered"}


def test_what_is_kept_of_a_try_shows_no_secret_and_is_short(tenant, settings):
    with receiver(settings, answer(500, {"echo": SECRET, "long": "x" * 9000})) as server:
        one(tenant, server).headers.create(
            tenant=tenant, name="X-Gate", value="open-sesame-1", is_secret=False
        )
        record_event(tenant, message="y" * 6000)
        relay.work_off()
    assert server.requests[0].headers["x-gate"] == "open-sesame-1"
    kept = DeliveryAttempt.objects.get()
    text = f"{kept.request}{kept.response}"
    assert SECRET.removeprefix("whsec_") not in text
    assert len(str(kept.request)) < 4300
    assert len(str(kept.response)) < 4300


def test_one_after_the_other_waits_for_the_first(tenant, settings):
    with receiver(settings, answer(500), answer(204, b"")) as server:
        one(tenant, server, in_order=True)
        first, _ = (record_event(tenant, order_id=7) for _ in range(2))
        relay.work_off()
        assert [request.headers["webhook-id"] for request in server.requests] == [f"evt_{first.pk}"]
        due_again()
        relay.work_off()
        relay.work_off()
    assert [row.state for row in sent()] == ["delivered", "delivered"]
    assert len(server.requests) == 3


def test_a_claim_of_a_relay_that_died_is_taken_over(tenant, settings):
    with receiver(settings) as server:
        one(tenant, server)
        record_event(tenant)
        EventDelivery._base_manager.update(attempts=1, next_try_at=timezone.now() + timedelta(seconds=60))
        relay.work_off()
        assert server.requests == []
        due_again()
        relay.work_off()
    assert (sent()[0].state, sent()[0].attempts) == ("delivered", 2)


def test_whatever_a_receiver_answers_holds_up_no_other(tenant, settings):
    """Characters and numbers that a database cannot hold, or not in JSON."""
    strange = (b'{"a":"\\u0000"}', b'{"a":"\\ud800"}', b'{"a":%d}' % 10**30, b"a\x00b")
    with receiver(settings, *(answer(200, told) for told in strange)) as server:
        one(tenant, server)
        for _ in strange:
            record_event(tenant)
        done = relay.work_off()
    assert (done.delivered, done.failed) == (4, 0)
    assert {row.state for row in sent()} == {"delivered"}
    assert all(item.response["body"] for item in DeliveryAttempt.objects.all())


def test_an_order_that_cannot_be_shown_fails_alone(shop, settings):
    with tenant_scope(shop.tenant), receiver(settings) as server:
        make_subscription(shop.tenant, f"{server.url}/full", payload="full", categories=["Created"])
        strange = create_order(shop.order_data(number="N-1"))
        create_order(shop.order_data(number="N-2"))
        Order.objects.filter(pk=strange.pk).update(properties=["no", "names"])
        done = relay.work_off()
    assert (done.delivered, done.failed) == (1, 1)
    assert [body(request)["data"]["order"]["number"] for request in server.requests] == ["N-2"]
