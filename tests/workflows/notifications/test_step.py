"""The step Notification in real runs, against a receiver of messages on a real socket."""

import base64

import pytest

from connectors.contracts.notification import Attachment
from eventlog.models import Event
from tests.factories.notifications import NotificationTemplateFactory
from tests.shop import Shop, running_vendors, shop, vendors
from workflows.models import NotificationTemplate, Order, OrderError, SentMessage
from workflows.notifications import attaching

pytestmark = pytest.mark.thorough

__all__ = ["running_vendors", "shop", "vendors"]

MAIL = "Notification@mail"


def step(**properties):
    return {
        "name": "Notification",
        "connector": "Webhook",
        "connector_id": "mail",
        "properties": properties,
    }


def write(shop: Shop, name="Received", **values) -> NotificationTemplate:
    return NotificationTemplateFactory(tenant=shop.tenant, name=name, **values)


def sent(shop: Shop) -> list[dict]:
    """What the receiver has got, each message once."""
    received = shop.vendors.vendor("webhook").received.values()
    return [item["body"]["Value"] for item in received if item["name"] == "mail"]


def run(shop: Shop, *steps, order=None) -> tuple[str, str]:
    """Place an order whose first status has these steps; state and message of the last."""
    shop.chart({"New": list(steps)})
    order = order or shop.order()
    shop.pump()
    result = order.runs.first().steps.last()
    return result.state, result.message


def test_without_templates_the_step_says_what_it_always_said(shop):
    assert run(shop, MAIL) == ("success", "Sent")
    (mail,) = sent(shop)
    assert (mail["to"], mail["subject"]) == ("kari.a-1@shop.example", "Order A-1: New")
    assert mail["text"] == "Hello Kari, your order A-1 has the status New."


def test_the_steps_own_texts_serve_where_no_template_does(shop):
    write(shop, statuses=["Ship"])
    assert run(shop, step(Subject="Thanks", Text="Got {number}")) == ("success", "Sent")
    assert [(mail["subject"], mail["text"]) for mail in sent(shop)] == [("Thanks", "Got A-1")]


def test_the_template_of_the_status_goes_before_the_steps_own_texts(shop):
    write(
        shop,
        html="<b>{customer.first_name}</b>",
        sender="shop@nordic.example",
        reply_to="help@nordic.example",
    )
    assert run(shop, step(Text="Own")) == ("success", "Sent with template Received")
    (mail,) = sent(shop)
    assert (mail["subject"], mail["text"], mail["html"]) == ("Order A-1", "Hello Kari", "<b>Kari</b>")
    assert (mail["sender"], mail["reply_to"], mail["template"]) == (
        "shop@nordic.example",
        "help@nordic.example",
        "New",
    )


def test_what_was_sent_is_kept_without_its_text(shop):
    write(shop)
    run(shop, MAIL)
    message = SentMessage.objects.get()
    order = Order.objects.get()
    assert (message.order, message.step_run) == (order, order.runs.get().steps.get())
    assert message.reference == f"A-1-{message.step_run_id}"
    assert (message.state, message.recipient, message.subject) == (
        "sent",
        "kari.a-1@shop.example",
        "Order A-1",
    )
    assert message.connector.connector_id == "mail"
    assert message.provider_message_id.startswith("wh_")
    assert message.trace == ["Received: chosen"]
    assert message.content == {} and message.sent_at is not None
    told = Event.objects.get(category="Notification")
    assert (told.order_id, told.connector_id) == (order.pk, message.connector_id)
    assert told.message == "E-mail sent with template Received"


def test_a_template_that_the_step_names_is_sent_in_whatever_status(shop):
    write(shop)
    write(shop, "Winter", statuses=[], text="Brr", vendor_template="d-7")
    assert run(shop, step(Template="winter")) == ("success", "Sent with template Winter")
    (mail,) = sent(shop)
    assert (mail["text"], mail["template"]) == ("Brr", "d-7")
    assert mail["data"]["lines"][0]["sku"] == "TENT-2"


@pytest.mark.parametrize(
    ("properties", "state", "told"),
    [
        ({}, "warning", "no notification template fits status New of order type Online in market NOR"),
        ({"Template": "Old"}, "warning", "the notification template Old is not active"),
        ({"Template": "Shiped"}, "error", "'Shiped'; did you mean Shipped?"),
        ({"Channel": "SMS"}, "warning", "Add the status to one, or give the step a Template or a Text"),
        ({"Text": "{nope}"}, "error", "There is no order field {nope}"),
    ],
)
def test_where_nothing_can_be_sent_the_result_says_what_to_do(shop, properties, state, told):
    write(shop, "Shipped", statuses=["Ship"])
    write(shop, "Old", is_active=False)
    found = run(shop, step(**properties))
    assert found[0] == state and told in found[1]
    assert sent(shop) == [] and not SentMessage.objects.exists()


def test_templates_that_fit_equally_well_are_an_error(shop):
    write(shop, "One")
    write(shop, "Two")
    state, told = run(shop, MAIL)
    assert state == "error" and "One and Two fit status New in market NOR equally well" in told
    assert sent(shop) == []


def test_the_markets_language_and_the_channel_count(shop):
    write(shop, "English")
    write(shop, "Norsk", language="nb", text="Hei")
    write(shop, "Melding", channel="sms", language="nb", subject="", text="Kort")
    shop.chart({"New": [MAIL, step(Channel="SMS")]})
    order = shop.order()
    Order.objects.filter(pk=order.pk).update(
        customer_data={"email": "kari@shop.example", "phone": "+4790000001"}
    )
    shop.pump()
    assert {(mail["to"], mail["text"]) for mail in sent(shop)} == {
        ("kari@shop.example", "Hei"),
        ("+4790000001", "Kort"),
    }


def test_an_order_without_an_address_tells_nobody(shop):
    shop.chart({"New": [MAIL]})
    order = shop.order()
    Order.objects.filter(pk=order.pk).update(customer_data={})
    shop.pump()
    (result,) = order.runs.get().steps.all()
    assert (result.state, result.message) == ("warning", "The order has no e-mail address; nobody was told")


def test_a_retry_sends_what_the_first_try_sent_and_the_receiver_executes_it_once(shop):
    """The answers of the first tries are lost; template, order and status change before the next."""
    template = write(shop, text="First {customer.first_name} {status}")
    shop.chart({"New": [MAIL], "Ship": []})
    shop.vendors.faults(vendor="webhook", path="^/mail", status_after_effect=503, times=3)
    order = shop.order()
    shop.pump()
    assert SentMessage.objects.get().state == "waiting" and len(sent(shop)) == 1

    template.text = "Second"
    template.save()
    shop.move(order, "Ship")
    Order.objects.filter(pk=order.pk).update(customer_data={"first_name": "Ola", "email": "ola@shop.example"})
    shop.pump()
    shop.later(minutes=10)
    shop.pump()
    message = SentMessage.objects.get()
    assert (message.state, message.recipient) == ("sent", "kari.a-1@shop.example")
    assert [mail["text"] for mail in sent(shop)] == ["First Kari New"]
    assert shop.vendors.doubles() == [] and shop.active_errors(order) == []


def test_the_status_is_the_one_whose_steps_run_though_the_order_has_moved_on(shop):
    write(shop, statuses=["New"], text="{status}")
    write(shop, "Shipped", statuses=["Ship"], text="wrong")
    shop.chart({"New": [MAIL], "Ship": []})
    shop.move(shop.order(), "Ship")
    shop.pump()
    assert [mail["text"] for mail in sent(shop)] == ["New"]


def test_a_message_that_is_known_to_be_sent_is_not_sent_by_a_retry(shop):
    write(shop)
    shop.chart({"New": [MAIL]})
    shop.vendors.faults(vendor="webhook", path="^/mail", status=503, times=3)
    order = shop.order()
    shop.pump()
    SentMessage.objects.update(state="delivered")
    shop.later(minutes=10)
    shop.pump()
    result = order.runs.get().steps.get()
    assert (result.state, result.message) == ("success", "Was sent before")
    assert sent(shop) == []


def test_a_refused_message_is_kept_with_the_reason(shop):
    write(shop)
    shop.vendors.faults(vendor="webhook", path="^/mail", status=422, times=None)
    assert run(shop, MAIL)[0] == "error"
    message = SentMessage.objects.get()
    assert (message.state, message.sent_at) == ("waiting", None) and "422" in message.reason
    assert OrderError.objects.get().severity == "Error"


def test_a_new_run_of_the_status_sends_again(shop):
    write(shop)
    shop.chart({"New": [MAIL], "Ship": []})
    order = shop.order()
    shop.pump()
    shop.move(order, "Ship")
    shop.move(order, "New")
    shop.pump()
    assert len(sent(shop)) == 2
    assert len(set(SentMessage.objects.values_list("reference", flat=True))) == 2


@pytest.mark.thorough
def test_labels_go_along_where_the_step_says_so(shop, monkeypatch):
    label = Attachment(name="return-label-1.pdf", content_type="application/pdf", content=b"%PDF-1.7")
    asked = []
    monkeypatch.setattr(attaching, "_loaders", [lambda *given: asked.append(given) or [label]])
    assert run(shop, step(AttachLabels="Returns")) == ("success", "Sent")
    (mail,) = sent(shop)
    (attached,) = mail["attachments"]
    assert (attached["name"], base64.b64decode(attached["content"])) == ("return-label-1.pdf", b"%PDF-1.7")
    assert asked == [(Order.objects.get().pk, "", "Returns")]
    monkeypatch.setattr(attaching, "_loaders", [])
    other = shop.order("A-2")
    shop.pump()
    result = other.runs.get().steps.get()
    assert result.state == "error" and "let PrintShippingLabel run before" in result.message
