"""Events reach their receivers whatever becomes of relays: none is lost, and what comes twice has the same id."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from connectors.models import EventDelivery
from connectors.subscriptions import relay
from eventlog.events import Category, EventData
from eventlog.models import Event
from eventlog.store import record_many
from tenants.scoping import platform_scope
from tests.factories.events import record_event
from tests.factories.subscriptions import is_signed, make_subscription, receiver
from tests.factories.tenants import TenantFactory
from tests.faults.processes import Worker, wait_for
from tests.faultserver import answer, ok

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwC1Yx2sTu9vE="


@pytest.fixture
def tenant():
    return TenantFactory()


def record(tenant, count):
    record_many(
        [
            EventData(
                category=Category.CREATED, message=f"{number}", tenant_id=tenant.pk, order_id=number % 20
            )
            for number in range(count)
        ]
    )


def states():
    with platform_scope("test"):
        return Counter(EventDelivery.objects.values_list("state", flat=True))


def ids(server):
    return Counter(request.headers["webhook-id"] for request in server.requests)


def test_two_relays_share_the_work_and_send_nothing_twice(tenant, settings):
    with receiver(settings) as server:
        make_subscription(tenant, server.url)
        record(tenant, 400)

        def work(_):
            try:
                return relay.work_off().delivered
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            shares = list(pool.map(work, range(2)))
    assert sum(shares) == 400
    assert set(ids(server).values()) == {1}
    assert states() == {"delivered": 400}


def test_an_event_that_commits_late_is_not_overlooked(tenant, settings):
    """Its id is smaller than that of one that was delivered before it was there to see."""
    drawn, go_on = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                record_event(tenant, message="late")
                drawn.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    with receiver(settings) as server:
        make_subscription(tenant, server.url)
        with ThreadPoolExecutor(1) as pool:
            begun = pool.submit(late)
            assert drawn.wait(30)
            record_event(tenant, message="early")
            relay.work_off()
            assert len(server.requests) == 1
            go_on.set()
            begun.result()
        relay.work_off()
    with platform_scope("test"):
        events = list(Event.objects.order_by("pk").values_list("pk", "message"))
    assert [message for _, message in events] == ["late", "early"]
    assert ids(server) == {f"evt_{pk}": 1 for pk, _ in events}


@pytest.mark.parametrize("point", ["K2", "K3"])
def test_a_relay_that_is_killed_at_a_call_is_followed_by_another(tenant, settings, tmp_path, point):
    """K2: sent and not answered; K3: answered and not recorded."""
    with receiver(settings, ok()) as server:
        make_subscription(tenant, server.url, secret=SECRET)
        event = record_event(tenant)
        killed = Worker(server, tmp_path / "log", CROSSDOCK_KILL_POINT=f"{point}:{server.url}")
        killed.start()
        try:
            wait_for(lambda: server.requests, "the first try")
        finally:
            killed.end()
        assert states() == {"pending": 1}
        with platform_scope("its claim runs out"):
            EventDelivery.objects.update(next_try_at=timezone.now())
        follower = Worker(server, tmp_path / "log")
        follower.start()
        try:
            wait_for(lambda: states() == {"delivered": 1}, "the second try")
        finally:
            follower.end()
    assert set(ids(server)) == {f"evt_{event.pk}"}
    assert len(server.requests) >= 2
    assert all(is_signed(request, SECRET) for request in server.requests)


def test_a_worker_starts_a_relay_when_somebody_follows_and_delivers_within_seconds(
    tenant, settings, tmp_path
):
    with receiver(settings, answer(204, b"")) as server:
        worker = Worker(server, tmp_path / "log")
        worker.start()
        try:
            make_subscription(tenant, server.url)
            record_event(tenant)
            wait_for(lambda: server.requests, "the first event")
            lags = []
            for _ in range(20):
                before, began = len(server.requests), time.monotonic()
                record_event(tenant)
                wait_for(lambda before=before: len(server.requests) > before, "the next event")
                lags.append(time.monotonic() - began)
            assert worker.stop() == 0
        finally:
            worker.end()
    print(f"lags of deliveries in seconds: {sorted(lags)}")
    assert states() == {"delivered": 21}
