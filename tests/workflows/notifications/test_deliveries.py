"""What became of messages: from the vendor's signed POST to the message, the order's errors and the event log."""

import itertools

import pytest

from connectors.contracts.common import WebhookEvent
from connectors.contracts.notification import DeliveryState
from eventlog.models import Event
from tenants.scoping import tenant_scope
from tests.factories.connectors import make_connector
from tests.factories.notifications import SentMessageFactory
from tests.factories.tenants import TenantFactory
from workflows.models import MessageState, OrderError, SentMessage
from workflows.notifications.deliveries import UnknownMessage, mask, take

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
    assert set(TOLD) | {"waiting", "dropped"} == set(MessageState.values)


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


def test_another_tenants_vendor_cannot_speak_of_our_messages(message):
    stranger = TenantFactory()
    with tenant_scope(stranger), pytest.raises(UnknownMessage):
        take(
            make_connector(stranger),
            WebhookEvent(id="e1", type="bounce", reference=message.reference, data={"state": "failed"}),
        )
    message.refresh_from_db()
    assert message.state == "sent"
