"""From a message on a real socket, over its vendor's signed POST to the public address, to what is known of it."""

import hashlib
import hmac
import json

import pytest
from django.test import Client
from django.utils import timezone

from connectors import inbox, registry
from connectors.models import Effect, InboundWebhook
from eventlog.models import Event
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.workflows import make_shop, publish_order_type
from tests.faultserver import FaultServer, ok, reset
from tests.shop import CALLERS
from tests.workflows.notifications.mailer import KEY, Mailer
from workflows.engine.pump import Pump
from workflows.models import Lane, OrderError, SentMessage, StepRun
from workflows.orders import create_order


@pytest.fixture
def mailing(db, settings):
    """Send a mail through a vendor on a real socket with `mailing(server)`; gives connector and message."""

    def send(server: FaultServer):
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{server.port}"]
        shop = make_shop(statuses={"Unused": {}})
        connector = publish_connector(
            shop.tenant,
            "mailer",
            name="Mailer",
            host=server.url,
            is_test=True,
            properties={"WebhookKey": KEY},
        )
        with tenant_scope(shop.tenant):
            step = {"name": "Notification", "connector": "Mailer"}
            publish_order_type(shop.tenant, "Mailed", {"New": {"steps": [step]}})
            create_order(shop.order_data(order_type="Mailed"))
        pump()
        with tenant_scope(shop.tenant):
            return connector, SentMessage.objects.get()

    with registry.registered(Mailer):
        yield send


def pump() -> None:
    with platform_scope("a slice serves all tenants"):
        Pump(CALLERS).run(10, linger=0.0)


def post(connector, *events) -> int:
    body = json.dumps(events).encode()
    signature = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    path = connector.public_url.removeprefix("http://testserver")
    headers = {"X-Mailer-Signature": signature}
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


def test_signed_events_in_the_wrong_order_and_twice_move_a_message_once(mailing):
    with FaultServer(ok({"id": "mail-7"})) as server:
        connector, message = mailing(server)
        assert server.requests[0].json()["tag"] == message.reference
    assert (message.state, message.provider_message_id) == ("sent", "mail-7")

    delivered = {"id": "e1", "event": "delivered", "state": "delivered", "tag": message.reference}
    opened = {"id": "e2", "event": "open", "state": "opened", "mail": "mail-7"}
    assert [post(connector, opened), post(connector, delivered, opened)] == [200, 200]
    assert inbox.work_off_due() == 2
    with tenant_scope(message.tenant_id):
        message.refresh_from_db()
        assert message.state == "opened"
        assert set(InboundWebhook.objects.values_list("state", flat=True)) == {"done"}
        assert Event.objects.filter(category="Notification", message__contains="→").count() == 1


def test_an_event_of_a_message_that_is_not_known_yet_is_kept_for_later(mailing):
    with FaultServer(ok({"id": "mail-7"})) as server:
        connector, message = mailing(server)
    post(connector, {"id": "e1", "event": "bounce", "state": "failed", "tag": "Z-1", "reason": "full"})
    inbox.work_off_due()
    with tenant_scope(message.tenant_id):
        row = InboundWebhook.objects.get()
        assert (row.state, row.attempts) == ("received", 1)
        assert "UnknownMessage: no message of this connector is known as Z-1" in row.error


def test_news_of_a_message_whose_answer_was_lost_settles_it(mailing):
    """The vendor has no look-up and no key; only its webhook can tell, and nothing is sent again."""
    with FaultServer(reset(effect=True)) as server:
        connector, message = mailing(server)
        assert message.state == "waiting"
        look_again(message)
        assert pending(message) == ("error", True, "Active"), "a person would have to decide"
        post(connector, {"id": "e1", "event": "delivered", "state": "delivered", "tag": message.reference})
        inbox.work_off_due()
        pump()
        assert pending(message) == ("success", False, "Solved")
        assert len(server.requests) == 1
    with tenant_scope(message.tenant_id):
        message.refresh_from_db()
        assert message.state == "delivered"


def pending(message) -> tuple:
    """State of the step, whether its effect needs a person, and state of the order's error."""
    with tenant_scope(message.tenant_id):
        effect = Effect.objects.get(operation="send_message")
        assert (effect.state == "succeeded") != effect.needs_person
        return StepRun.objects.get().state, effect.needs_person, OrderError.objects.get().status


def look_again(message) -> None:
    with tenant_scope(message.tenant_id):
        for model in (StepRun, Lane):
            model.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    pump()
