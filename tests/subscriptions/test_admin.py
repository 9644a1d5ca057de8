"""The pages of event subscriptions: the secret is shown once, acts are POSTs, bodies are for who may see people."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import EventDelivery, EventSubscription
from connectors.subscriptions import relay
from eventlog.events import Category
from tenants.models import Role
from tests.factories.events import record_event
from tests.factories.subscriptions import is_signed, make_subscription, receiver
from tests.factories.tenants import MembershipFactory

ADD = "admin:connectors_eventsubscription_add"
CHANGE = "admin:connectors_eventsubscription_change"


def browser(tenant, role=Role.TENANT_ADMIN):
    client = Client()
    client.force_login(MembershipFactory(tenant=tenant, role=role).user)
    return client


def form(**values):
    sent = {"name": "Shop", "url": "https://shop.example/e", "payload": "thin", "active": "on", **values}
    return {**sent, "headers-TOTAL_FORMS": "0", "headers-INITIAL_FORMS": "0"}


def test_a_new_one_shows_its_secret_once_and_it_signs(tenant, settings):
    with receiver(settings) as server:
        page = browser(tenant).post(reverse(ADD), form(url=server.url, categories=["Created"]))
        secret = re.search(r"whsec_[\w+/=]+", page.content.decode())[0]
        assert "no-store" in page["Cache-Control"]
        record_event(tenant, category=Category.CREATED)
        relay.work_off()
    assert is_signed(server.requests[0], secret)
    row = EventSubscription.objects.get()
    again = browser(tenant).get(reverse(CHANGE, args=[row.pk])).content.decode()
    assert secret not in again
    assert f"ends …{secret[-4:]}" in again


@pytest.mark.parametrize(
    ("url", "told"),
    [("http://shop.example/e", "without encryption"), ("https://10.0.0.7/e", "not a public address")],
)
def test_an_address_that_may_not_be_called_is_refused_at_once(tenant, url, told):
    page = browser(tenant).post(reverse(ADD), form(url=url))
    assert told in page.content.decode()
    assert not EventSubscription.objects.exists()


def test_one_that_is_switched_on_again_begins_anew(tenant):
    row = make_subscription(tenant, active=False, disabled_reason="gone", warned_at="2026-01-01T00:00Z")
    EventSubscription.objects.update(disabled_at="2026-01-01T00:00Z", failing_since="2026-01-01T00:00Z")
    browser(tenant).post(reverse(CHANGE, args=[row.pk]), form(name=row.name))
    row.refresh_from_db()
    assert (row.active, row.disabled_at, row.failing_since, row.warned_at) == (True, None, None, None)


def test_acts_ask_first(tenant, settings):
    client = browser(tenant)
    with receiver(settings) as server:
        row = make_subscription(tenant, server.url)
        before = row.secret_id
        for name in ("test", "again", "secret"):
            assert client.get(reverse(f"admin:event-subscription-{name}", args=[row.pk])).status_code == 200
        row.refresh_from_db()
        assert (server.requests, row.secret_id) == ([], before)
        page = client.post(reverse("admin:event-subscription-test", args=[row.pk])).content.decode()
        assert 'data-good="yes"' in page
        told = client.post(
            reverse("admin:event-subscription-again", args=[row.pk]),
            {"what": "missed", "since": "2020-01-01 00:00"},
        ).content.decode()
    assert "within the last 14 days" in told
    assert len(server.requests) == 1


def test_what_was_sent_shows_to_those_who_may_see_people(tenant, settings):
    with receiver(settings) as server:
        make_subscription(tenant, server.url)
        record_event(tenant, message="for kari@buyer.example")
        relay.work_off()
    url = reverse("admin:connectors_eventdelivery_change", args=[EventDelivery.objects.get().pk])
    assert "kari@buyer.example" in browser(tenant).get(url).content.decode()
    assert "kari@buyer.example" not in browser(tenant, Role.VIEWER).get(url).content.decode()


def test_one_delivery_is_sent_again_under_its_id(tenant, settings):
    with receiver(settings) as server:
        make_subscription(tenant, server.url)
        record_event(tenant)
        relay.work_off()
        row = EventDelivery.objects.get()
        browser(tenant, Role.OPERATOR).post(
            reverse("admin:connectors_eventdelivery_changelist"),
            {"action": "send_again", "_selected_action": [row.pk]},
        )
        relay.work_off()
    assert [request.headers["webhook-id"] for request in server.requests] == [row.message_id] * 2
