"""Event subscriptions over the API: secrets are answered once, everything else can be read and changed."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.models import EventDelivery, EventSubscription
from connectors.subscriptions import editing, relay
from connectors.subscriptions.keys import new_secret, rotate
from tenants.models import Secret
from tenants.scoping import tenant_scope
from tests.api.conftest import Api, fields
from tests.factories.events import record_event
from tests.factories.subscriptions import is_signed, receiver
from tests.faultserver import answer

BODY = {"name": "Shop", "url": "https://shop.example/events", "categories": ["Created"]}


@pytest.fixture
def scoped(shop):
    with tenant_scope(shop.tenant):
        yield


def change(api, pk, body):
    return api.patch(f"/api/v1/event-subscriptions/{pk}/", json.dumps(body), content_type="application/json")


def test_the_secret_is_answered_once_and_signs(api, scoped, settings):
    with receiver(settings) as server:
        made = api.send("event-subscriptions/", {**BODY, "url": server.url})
        assert made.status_code == 201
        secret, pk = made.json()["secret"], made.json()["id"]
        assert "secret" not in api.read(f"event-subscriptions/{pk}/").json()
        told = api.send(f"event-subscriptions/{pk}/test/", {}).json()
        renewed = api.send(f"event-subscriptions/{pk}/secret/", {}).json()["secret"]
        api.send(f"event-subscriptions/{pk}/test/", {})
    assert (told["delivered"], told["status_code"]) == (True, 204)
    first, second = server.requests
    assert is_signed(first, secret)
    assert is_signed(second, secret)
    assert is_signed(second, renewed)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"url": "http://10.0.0.1/x"}, "url", "without encryption"),
        ({"categories": ["Createt"]}, "categories.0", "Createt"),
        ({"secret": "whsec_dG9vc2hvcnQ="}, "secret", "24 to 64 random bytes"),
        ({"headers": [{"name": "webhook-id", "value": "x"}]}, "headers.0.name", "by itself"),
        ({"filter": "x"}, "filter", "does not exist"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_and_nothing_saved(api, scoped, body, field, message):
    answered = api.send("event-subscriptions/", {**BODY, **body})
    assert answered.status_code == 400
    assert message in fields(answered)[field]
    assert not EventSubscription.objects.exists()


def test_a_name_and_a_secret_are_used_once(api, scoped):
    secret = new_secret()
    assert api.send("event-subscriptions/", {**BODY, "secret": secret}).status_code == 201
    again = fields(api.send("event-subscriptions/", {**BODY, "name": "shop", "secret": secret}))
    assert "choose another" in again["name"]
    assert "give each its own" in again["secret"]


def test_secret_headers_are_kept_and_never_shown(api, scoped):
    headers = [{"name": "X-Api-Key", "value": "k-0123456789abcdef"}, {"name": "X-Plain", "value": "1"}]
    pk = api.send("event-subscriptions/", {**BODY, "headers": headers}).json()["id"]
    shown = api.read(f"event-subscriptions/{pk}/").json()["headers"]
    assert [(item["name"], item["value"]) for item in shown] == [("X-Api-Key", "(set)"), ("X-Plain", "1")]
    secrets = Secret.objects.count()
    answered = change(api, pk, {"headers": shown, "active": False})
    assert (answered.json()["active"], answered.json()["headers"]) == (False, shown)
    assert Secret.objects.count() == secrets
    assert change(api, pk, {"headers": []}).json()["headers"] == []


def test_what_was_given_up_and_what_was_missed_are_sent_again(api, shop, scoped, settings):
    with receiver(settings, answer(500), answer(204, b"")) as server:
        body = {**BODY, "url": server.url, "categories": []}
        pk = api.send("event-subscriptions/", body).json()["id"]
        EventSubscription.objects.update(active=False)
        change(api, pk, {"name": "Off"})
        missed = record_event(shop.tenant)
        change(api, pk, {"active": True})
        failed = record_event(shop.tenant)
        EventDelivery.objects.filter(event_id=failed.pk).update(attempts=9)
        relay.work_off()
        assert EventDelivery.objects.get().state == "failed"
        since = (timezone.now() - timedelta(hours=1)).isoformat()
        again = f"event-subscriptions/{pk}/again/"
        assert api.send(again, {"what": "failed", "since": since}).json() == {"messages": 1}
        assert api.send(again, {"what": "missed", "since": since}).json()["messages"] >= 1
        assert api.send(again, {"what": "missed", "since": since}).json() == {"messages": 0}
        relay.work_off()
    ids = [request.headers["webhook-id"] for request in server.requests]
    assert ids[:2].count(f"evt_{failed.pk}") >= 1
    assert ids.count(f"evt_{failed.pk}") == 2
    assert f"evt_{missed.pk}" in ids
    assert {row["state"] for row in api.read("event-deliveries/").json()["results"]} == {"delivered"}


def test_nothing_is_sent_again_to_one_that_is_off(api, scoped):
    pk = api.send("event-subscriptions/", {**BODY, "active": False}).json()["id"]
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    answered = api.send(f"event-subscriptions/{pk}/again/", {"what": "failed", "since": since})
    assert answered.status_code == 409
    assert answered.json()["detail"] == "Shop is switched off; tick Active and save it first."


def test_a_key_that_reads_events_changes_no_subscription(shop, api):
    pk = api.send("event-subscriptions/", BODY).json()["id"]
    reader = Api(shop.tenant, "events:read")
    assert reader.read(f"event-subscriptions/{pk}/").status_code == 200
    assert reader.delete(f"/api/v1/event-subscriptions/{pk}/").status_code == 403
    assert api.delete(f"/api/v1/event-subscriptions/{pk}/").status_code == 204


def test_an_older_copy_takes_no_new_secret_back(api, scoped):
    """As two requests have it that come at once."""
    api.send("event-subscriptions/", BODY)
    first, second, third = (EventSubscription.objects.get() for _ in range(3))
    given = rotate(first)
    EventSubscription.objects.update(active=False)
    editing.change(second, {"name": "Shop 2"})
    row = EventSubscription.objects.get()
    assert (row.name, row.active, row.secret.reveal().reveal()) == ("Shop 2", False, given)
    rotate(third)
    assert EventSubscription.objects.get().former_secret.reveal().reveal() == given
