"""What became of messages: from the vendor's signed POST to the message, the order's errors and the event log."""

import hashlib
import hmac
import itertools
import json

import pytest
from django.test import Client
from django.utils import timezone

from connectors import inbox, registry
from connectors.contracts.common import WebhookEvent
from connectors.contracts.notification import DeliveryState
from connectors.models import InboundWebhook
from eventlog.models import Event
from tenants.scoping import platform_scope, tenant_scope
from tests.factories.connectors import make_connector, publish_connector
from tests.factories.notifications import SentMessageFactory
from tests.factories.tenants import TenantFactory
from tests.factories.workflows import make_shop, publish_order_type
from tests.faultserver import FaultServer, ok, reset
from tests.shop import CALLERS
from tests.workflows.notifications.mailer import KEY, Mailer
from workflows.engine.pump import Pump
from workflows.models import Lane, MessageState, OrderError, SentMessage, StepRun
from workflows.notifications.deliveries import UnknownMessage, mask, take
from workflows.orders import create_order

FORWARD = ["sent", "deferred", "delivered", "opened", "clicked", "failed"]
TOLD = [state.value for state in DeliveryState if state is not DeliveryState.UNKNOWN]


@pytest.fixture
def message(db):
    """A mail that was sent, its tenant in scope."""
    found = SentMessageFactory()
    with tenant_scope(found.tenant):
        yield found


def hear(message: SentMessage, state: str, number: str = "e1", connector=None, **values) -> SentMessage:
    values = {"reference": message.reference, **values}
    event = WebhookEvent(
        id=number, type=f"vendor.{state}", data={"state": state, "reason": values.pop("reason", "")}, **values
    )
    take(connector or message.connector, event)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(("before", "told"), list(itertools.product(FORWARD, TOLD)))
def test_news_moves_a_message_forward_and_never_back(message, before, told):
    SentMessage.objects.update(state=before)
    rank = [*FORWARD, "complained"].index
    forward = before != "failed" and rank(told) > rank(before)
    assert hear(message, told).state == (told if forward else before)
    assert Event.objects.filter(category="Notification").count() == forward


def test_a_complaint_sticks(message):
    SentMessage.objects.update(state="complained")
    for told in TOLD:
        assert hear(message, told).state == "complained"


def test_a_state_that_nobody_knows_changes_nothing(message):
    for told in ("unknown", "exploded", "", None):
        assert hear(message, told, reference="nobody").state == "sent"
    take(message.connector, WebhookEvent(id="e9", type="group_resubscribe"))


def test_every_state_of_the_contract_has_a_name_here():
    assert set(TOLD) | {"waiting"} == set(MessageState.values)


def test_a_message_is_found_by_the_vendors_id_where_the_event_has_no_reference(message):
    SentMessageFactory(tenant=message.tenant, connector=message.connector, order=message.order)
    hear(message, "delivered", reference="", provider_id=message.provider_message_id)
    assert message.state == "delivered"


def test_messages_of_another_connector_are_out_of_reach(message):
    other = make_connector(message.tenant)
    for values in ({}, {"reference": "", "provider_id": message.provider_message_id}):
        with pytest.raises(UnknownMessage):
            hear(message, "failed", connector=other, **values)
    message.refresh_from_db()
    assert message.state == "sent" and not OrderError.objects.exists()


def test_the_event_log_tells_of_order_and_connector(message):
    hear(message, "delivered")
    told = Event.objects.get(category="Notification")
    assert (told.order_number, told.connector_id) == (message.order.number, message.connector_id)
    assert told.message == f"E-mail {message.reference}: Sent → Delivered (vendor.delivered)"


def test_a_failed_delivery_is_an_order_error_that_shows_no_address(message):
    hear(message, "failed", reason="550 <kari@buyer.example> is unknown here")
    hear(message, "failed", "e2", reason="again")
    error = OrderError.objects.get()
    assert error.message == (
        "The mail to k…@buyer.example was not delivered: 550 <k…@buyer.example> is unknown here"
    )
    assert (error.severity, error.status, error.order) == ("Warning", "Active", message.order)
    assert error.reference == message.reference
    assert message.reason == "550 <kari@buyer.example> is unknown here"
    assert "kari@" not in str(list(Event.objects.values()))


def test_what_is_left_of_an_address():
    assert [mask("kari@buyer.example"), mask("+4790000067"), mask("@x"), mask("1")] == [
        "k…@buyer.example",
        "…67",
        "…@x",
        "…1",
    ]


# --- over the public address -------------------------------------------------------------------------------


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
        post(connector, {"id": "e1", "event": "delivered", "state": "delivered", "tag": message.reference})
        inbox.work_off_due()
        with tenant_scope(message.tenant_id):
            for model in (StepRun, Lane):
                model.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        pump()
        assert len(server.requests) == 1
    with tenant_scope(message.tenant_id):
        message.refresh_from_db()
        result = StepRun.objects.get()
        assert (message.state, result.state) == ("delivered", "success")


def test_another_tenants_vendor_cannot_speak_of_our_messages(message):
    stranger = TenantFactory()
    with tenant_scope(stranger), pytest.raises(UnknownMessage):
        take(
            make_connector(stranger),
            WebhookEvent(id="e1", type="bounce", reference=message.reference, data={"state": "failed"}),
        )
    message.refresh_from_db()
    assert message.state == "sent"
