"""Channels of templates and their fallbacks: another message goes out only where nobody got the first, and never twice."""

import pytest

from connectors.contracts.common import WebhookEvent
from tests.factories.connectors import publish_connector
from tests.factories.notifications import NotificationTemplateFactory
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import Order, SentMessage
from workflows.notifications.deliveries import take

__all__ = ["running_vendors", "shop", "vendors"]

MAIL = "Notification@mail"
GIVEN = {"PlatformId": "N", "PlatformPartnerId": "1", "Sender": "Nordic", "GateId": "g"}


@pytest.fixture
def texting(shop: Shop) -> Shop:
    """SMS first, by LINK; a mail in its place."""
    publish_link(shop)
    return shop


def publish_link(shop: Shop) -> None:
    publish_connector(
        shop.tenant,
        "linkmobility",
        host=f"{shop.vendors.url}/linkmobility",
        username="u",
        password="Tunge-Skyer-41-Regn",
        properties=GIVEN,
    )


def write(shop: Shop, when="not_sent", **values):
    mail = NotificationTemplateFactory(tenant=shop.tenant, name="Mail", statuses=[], text="By mail")
    sms = {"channel": "sms", "connector": "LinkMobility", "subject": "", "text": "By SMS"}
    return NotificationTemplateFactory(
        tenant=shop.tenant, name="Text", fallback=mail, fallback_when=when, **{**sms, **values}
    )


def texts(shop: Shop) -> list[dict]:
    return shop.vendors.control("GET", "linkmobility/messages")["messages"]


def mails(shop: Shop) -> list[dict]:
    received = shop.vendors.vendor("webhook").received.values()
    return [item["body"]["Value"] for item in received if item["name"] == "mail"]


def begin(shop: Shop, phone="+4790000001"):
    any_channel = {"Channel": "Any"}
    step = {"name": "Notification", "connector": "Webhook", "connector_id": "mail", "properties": any_channel}
    shop.chart({"New": [step], "Ship": []})
    order = shop.order()
    customer = {"email": "kari@shop.example", "phone": phone, "first_name": "Kari"}
    Order.objects.filter(pk=order.pk).update(customer_data=customer, billing={})
    shop.pump()
    return order


def result(order):
    found = order.runs.order_by("id").first().steps.last()
    return found.state, found.message


@pytest.mark.thorough
def test_the_template_chooses_channel_and_connector(texting):
    write(texting)
    order = begin(texting)
    assert result(order) == ("success", "Sent with template Text")
    (text,) = texts(texting)
    assert (text["destination"], text["userData"], text["source"]) == ("+4790000001", "By SMS", "Nordic")
    assert mails(texting) == []


@pytest.mark.thorough
def test_without_a_phone_number_the_mail_goes_at_once(texting):
    write(texting)
    order = begin(texting, phone="")
    assert result(order) == ("success", "Sent with template Mail")
    assert [mail["text"] for mail in mails(texting)] == ["By mail"] and texts(texting) == []
    assert "in place of Text, for the order has no phone number" in str(SentMessage.objects.get().trace)


@pytest.mark.thorough
@pytest.mark.parametrize("phone", ["+4790000409", "90000001"], ids=["refused by LINK", "refused here"])
def test_a_refused_message_is_replaced_once(texting, phone):
    write(texting)
    order = begin(texting, phone)
    texting.pump()
    state, told = result(order)
    assert (state, told) == ("warning", "Sent with template Mail, in place of Text")
    assert texts(texting) == [] and len(mails(texting)) == 1
    first, second = SentMessage.objects.order_by("pk")
    assert (first.state, second.state, second.fallback_of) == ("failed", "sent", first)
    assert second.reference == f"{first.reference}f2"
    texting.later(days=2)
    texting.pump()
    assert len(mails(texting)) == 1 and texting.vendors.doubles() == []


@pytest.mark.parametrize("fault", [{"drop_after": True}, {"status": 500}], ids=str)
def test_a_message_that_may_have_been_sent_is_never_replaced(texting, fault):
    write(texting, when="not_delivered")
    texting.vendors.faults(vendor="linkmobility", **fault)
    order = begin(texting)
    texting.later(hours=25)
    texting.pump()
    assert result(order)[0] == "error" and mails(texting) == []
    assert len(texting.vendors.calls("linkmobility")) == 1


def report(message, code="failed", number="e1"):
    event = WebhookEvent(
        id=number,
        type="report.2104",
        reference=message.reference,
        provider_id=message.provider_message_id,
        data={"state": code, "reason": "nobody has this number"},
    )
    take(message.connector, event)


@pytest.mark.thorough
@pytest.mark.parametrize(("when", "replaced"), [("not_sent", 0), ("not_delivered", 1)])
def test_what_did_not_arrive_is_replaced_where_the_template_says_so(texting, when, replaced):
    write(texting, when=when)
    order = begin(texting)
    message = SentMessage.objects.get()
    for number in ("e1", "e2"):
        report(message, number=number)
        texting.pump()
    assert len(mails(texting)) == replaced
    assert SentMessage.objects.count() == 1 + replaced
    assert result(order)[0] == ("warning" if replaced else "success")


@pytest.mark.thorough
def test_a_report_with_another_id_is_not_believed(texting):
    write(texting, when="not_delivered")
    begin(texting)
    message = SentMessage.objects.get()
    message.provider_message_id = "somebody-elses"
    with pytest.raises(LookupError):
        report(message)
    assert SentMessage.objects.get().state == "sent"


@pytest.mark.thorough
def test_a_connector_that_cannot_send_it_is_named_with_the_cure(texting):
    write(texting, connector="Webhook", channel="sms")
    sms_only = {
        "name": "Notification",
        "connector": "LinkMobility",
        "properties": {"Channel": "Email", "Text": "x"},
    }
    texting.chart({"New": [sms_only]})
    order = texting.order()
    texting.pump()
    state, told = result(order)
    assert state == "error" and "sends no messages of channel E-mail; set the step's Channel" in told
